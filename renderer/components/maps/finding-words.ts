import { assertNever } from '#common/assert.ts';
import type { MapFinding } from '#common/maps/check-map.ts';
import { t } from '../../i18n/i18n.svelte.ts';

/** What a check found, as a sentence. */
export function findingWords(finding: MapFinding): string {
  switch (finding.code) {
    case 'empty':
      return t('maps.empty');
    case 'all-white':
      return t('maps.allWhite');
    case 'grey-edges':
      return t('maps.greyEdges', { share: percent(finding.share) });
    case 'black-on-white':
      return t('maps.blackOnWhite', { share: percent(finding.share) });
    case 'dense-edges':
      return t('maps.denseEdges', { share: percent(finding.share) });
    case 'near-is-dark':
      return t('maps.nearIsDark');
    case 'flat-depth':
      return t('maps.flatDepth', { range: finding.range });
    case 'off-palette':
      return t('maps.offPalette', { share: percent(finding.share) });
    case 'ade-palette':
      return t('maps.adePalette', { share: percent(finding.share) });
    case 'wrong-size': {
      const { width, height } = finding.expected;
      const size = { width: String(width), height: String(height) };
      return finding.isStretched ? t('maps.stretched', size) : t('maps.wrongSize', size);
    }
    default:
      return assertNever(finding);
  }
}

/** A share with as many digits as say something; what is there is never 0. */
export function percent(share: number): string {
  const value = share * 100;
  if (value > 0 && value < 0.1) return '< 0.1';
  return value.toFixed(value < 10 ? 1 : 0);
}
