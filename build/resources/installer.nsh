; Windows lists the program under "Open with" for pictures. electron-builder's own associations would make it the program that opens them,
; which nobody asked for: only projects are associated that way.

!macro offerFor ENDING
  WriteRegStr SHELL_CONTEXT "Software\Classes\Applications\${APP_EXECUTABLE_FILENAME}\SupportedTypes" ".${ENDING}" ""
!macroend

!macro customInstall
  WriteRegStr SHELL_CONTEXT "Software\Classes\Applications\${APP_EXECUTABLE_FILENAME}" "FriendlyAppName" "${PRODUCT_NAME}"
  WriteRegStr SHELL_CONTEXT "Software\Classes\Applications\${APP_EXECUTABLE_FILENAME}\shell\open\command" "" '"$appExe" "%1"'
  !insertmacro offerFor "png"
  !insertmacro offerFor "jpg"
  !insertmacro offerFor "jpeg"
  !insertmacro offerFor "jpe"
  !insertmacro offerFor "jfif"
  !insertmacro offerFor "webp"
  !insertmacro offerFor "avif"
  !insertmacro offerFor "heic"
  !insertmacro offerFor "heif"
  !insertmacro offerFor "tif"
  !insertmacro offerFor "tiff"
  !insertmacro offerFor "gif"
!macroend

!macro customUnInstall
  DeleteRegKey SHELL_CONTEXT "Software\Classes\Applications\${APP_EXECUTABLE_FILENAME}"
!macroend
