import type { LeftOutDevice } from '#common/contract/devices.ts';
import type { DeviceName } from '#common/contract/edit-request.ts';
import { t } from '../i18n/i18n.svelte.ts';

/** A device as a person knows it. */
export function deviceWords(device: string): string {
  const [kind, number] = device.split(':') as [DeviceKind, string?];
  const words = t(`edit.device_${kind}`);
  return number === undefined ? words : t('batch.deviceNumber', { kind: words, number: Number(number) + 1 });
}

type DeviceKind = Exclude<DeviceName, `${string}:${number}`>;

/** What a device did that is left out. */
export function leftOutWords({ device, use, times, at }: LeftOutDevice): string {
  const date = new Date(at).toLocaleDateString('en', { dateStyle: 'medium' });
  const values = { device: deviceWords(device), date };
  return use === 'self-test' ? t('settings.stoppedOpened', values) : t('settings.stoppedAtWork', { ...values, times });
}
