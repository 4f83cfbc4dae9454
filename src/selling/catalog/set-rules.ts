import { skuKeyOf, type VariantContent } from './catalog.js';
import { WrongField } from './catalog.errors.js';
import { isSet } from './variant-sets.js';
import type { VariantRepository } from './variants.repository.js';

/** Sets are made of variants that lie in warehouses: not of sets, and not of what is sent by itself. */
export class SetRules {
  constructor(private readonly variants: Pick<VariantRepository, 'findBySkus' | 'isComponent'>) {}

  /** Inside the transaction that writes them; `beside` are written with it. */
  async check(wanted: readonly VariantContent[], beside: readonly VariantContent[] = wanted): Promise<void> {
    for (const set of wanted.filter(isSet)) {
      if (set.digital) throw wrong('digital', 'any_conflict', 'what is sent by itself cannot consist of other variants');
      const skus = set.components!.map(({ sku }) => sku);
      const known = new Map((await this.variants.findBySkus(skus)).map((variant) => [skuKeyOf(variant.sku), variant]));
      const others = new Map(beside.filter((other) => other !== set).map((other) => [skuKeyOf(other.sku), other]));
      skus.forEach((sku, at) => {
        const found = others.get(skuKeyOf(sku)) ?? known.get(skuKeyOf(sku));
        if (skuKeyOf(sku) === skuKeyOf(set.sku) || !found) throw wrong(`components/${at}/sku`, 'component_not_found', `there is no other variant ${sku}`);
        if (found.sku !== sku) throw wrong(`components/${at}/sku`, 'component_not_found', `the SKU is written ${found.sku}`);
        if (isSet(found) || found.digital) throw wrong(`components/${at}/sku`, 'component_not_stocked', `${sku} lies in no warehouse, so it cannot be a component`);
      });
      if (await this.variants.isComponent(set.sku)) throw wrong('components', 'set_in_set', `${set.sku} is a component of another set`);
    }
  }
}

const wrong = (field: string, code: string, message: string) => new WrongField([{ pointer: `#/body/${field}`, code, message: `"${field}": ${message}` }]);
