import { expect, test } from 'vitest';
import { checkVulkanLoader } from '../../../native-models/runtime/vulkan.ts';

test('systems other than Linux have no loader to look for', async () => {
  await expect(checkVulkanLoader('darwin')).resolves.toBeUndefined();
});

test('a missing loader is a device that is not available, in words', async () => {
  const outcome = await checkVulkanLoader('linux').catch((error: unknown) => error);
  if (outcome === undefined) return expect(outcome).toBeUndefined(); // it is installed here
  expect(outcome).toMatchObject({
    code: 'device-unavailable',
    message: expect.stringContaining('libvulkan.so.1') as string,
  });
});
