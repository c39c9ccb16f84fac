import { wordsOf } from './language.ts';
import type { Random } from './random.ts';
import type { Scene, SceneObject } from './scene.ts';
import type { World } from './world.ts';

/** By what objects of one kind are told apart. Nothing refers to a pose, which sentences change. */
type Trait = 'color' | 'size' | 'material';

/**
 * "the red ball", "the small metal ball", or "the ball": as much as the die says, and always so much that no other object
 * of the scene is meant.
 */
export function refer(scene: Scene, object: SceneObject, world: World, random: Random): string {
  const rivals = scene.objects.filter((other) => other && other !== object && other.kind === object.kind);
  const extra = extraTraits(world);
  const said = new Set<Trait>();
  if (rivals.length === 0 ? !random.chance(0.4) : extra.length === 0 || random.chance(0.5)) said.add('color');
  for (const trait of extra) if (object[trait] && random.chance(0.25)) said.add(trait);
  for (;;) {
    const meant = rivals.filter((rival) => [...said].every((trait) => rival?.[trait] === object[trait]));
    if (meant.length === 0) break;
    const telling = (['color', ...extra] as const).filter((trait) =>
      meant.some((one) => one?.[trait] !== object[trait]),
    );
    said.add(random.pick(telling));
  }
  return `the ${wordsOf({
    kind: object.kind,
    color: said.has('color') ? object.color : undefined,
    size: said.has('size') ? (object.size ?? 'big') : undefined,
    material: said.has('material') ? (object.material ?? 'plain') : undefined,
  })}`;
}

const extraTraits = ({ sizes, materials }: World): ('size' | 'material')[] => [
  ...(sizes.length > 1 ? (['size'] as const) : []),
  ...(materials.length > 1 ? (['material'] as const) : []),
];
