import { ModelError } from '../errors.ts';

/** On Linux WebGPU runs on Vulkan, and without its loader the runtime complains on stderr before it gives up: look first.
 * @throws ModelError `device-unavailable` where the loader is missing */
export async function checkVulkanLoader(platform: NodeJS.Platform = process.platform): Promise<void> {
  if (platform !== 'linux') return;
  const { default: koffi } = await import('koffi');
  try {
    koffi.load('libvulkan.so.1');
  } catch (cause) {
    throw new ModelError(
      'device-unavailable',
      'WebGPU needs the Vulkan loader (libvulkan.so.1), which is not installed',
      { device: 'webgpu' },
      { cause },
    );
  }
}
