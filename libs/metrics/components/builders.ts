import type { Building, Plan } from '../component.js';
import type { ComponentDefinition } from '../definition.js';
import { commitments } from './commitments.js';
import { decayed } from './decayed.js';
import { feedback } from './feedback.js';
import { frequency } from './frequency.js';
import { mix } from './mix.js';
import { reciprocity } from './reciprocity.js';
import { recency } from './recency.js';
import { referral } from './referral.js';
import { trust } from './trust.js';

export function build(definition: ComponentDefinition, plan: Plan): Building {
  switch (definition.type) {
    case 'recency':
      return recency(definition, plan);
    case 'frequency':
      return frequency(definition, plan);
    case 'mix':
      return mix(definition, plan);
    case 'reciprocity':
      return reciprocity(definition, plan);
    case 'trust':
      return trust(definition, plan);
    case 'commitments':
      return commitments(definition, plan);
    case 'feedback':
      return feedback(definition, plan);
    case 'referral':
      return referral(definition, plan);
    case 'decayed':
      return decayed(definition, plan);
  }
}
