import type { LeftOutDevice, TriedDevice } from '#common/contract/devices.ts';
import { devices } from '#common/contract/edit-request.ts';
import type { DeviceName } from '#common/contract/edit-request.ts';
import { t } from '../i18n/i18n.svelte.ts';
import type { EditDevice } from './edit-settings.svelte.ts';

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

/** What a person may choose to edit on: the fastest and the processor always, others when they passed their self-test. One that did not pass
 * is shown and cannot be chosen; one that this system does not have at all is left out, unless it is what was chosen.
 * @param tried undefined: not yet */
export function deviceItems(tried: readonly TriedDevice[] | undefined, chosen: EditDevice) {
  return devices.flatMap((value) => {
    const label = t(`edit.device_${value}`);
    const attempts = tried?.filter(({ device }) => device.split(':')[0] === value) ?? [];
    const works = value === 'auto' || value === 'cpu' || attempts.some(({ reason }) => reason === undefined);
    if (works) return [{ value, label }];
    if (attempts.length === 0 && value !== chosen) return [];
    return [{ value, label: tried ? t('edit.deviceFails', { device: label }) : label, disabled: value !== chosen }];
  });
}
