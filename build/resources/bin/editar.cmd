@echo off
rem The command line of the installed program, run by the Electron that is in it.
setlocal
set ELECTRON_RUN_AS_NODE=1
"%~dp0..\..\EditAR Studio.exe" "%~dp0..\app.asar.unpacked\out\cli.mjs" %*
