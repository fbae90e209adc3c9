import * as z from 'zod';
import { categoryIdShape } from '../../shared/contracts/ids.ts';
import {
  categoriesMax,
  categoryDepthMax,
  type PlacedCategory,
  type PlaceProblem,
  placedCategories,
  placedCategory,
} from '../../shared/domain/templates/category-tree.ts';
import {
  addCategory,
  type CategoryPorts,
  changeCategory,
  removeCategory,
} from '../../shared/domain/templates/edit-categories.ts';
import { busy, fieldProblem, notFound, type Problem, problem } from './problems.ts';
import { answer, route } from './route.ts';
import { categoryNameShape, categoryShape, shownCategory } from './template-shapes.ts';

export interface CategoryDeps {
  readonly categorising: CategoryPorts;
}

const categoryParams = z.strictObject({ id: categoryIdShape });
const parentShape = categoryIdShape.nullable().meta({ description: 'The category it lies in; null: at the top' });

const add = route({
  method: 'POST',
  path: '/v1/template-categories',
  auth: 'tenant',
  tag: 'Templates',
  summary: 'A new category of templates, at the top or in another',
  description: `At most ${categoriesMax} categories, and ${categoryDepthMax} within each other.`,
  body: z.strictObject({ name: categoryNameShape, parentId: parentShape.default(null) }),
  responses: { 201: categoryShape },
  idempotent: true,
  problems: ['unprocessable', 'conflict'],
  run: async ({ caller, body, remember }, { categorising }: CategoryDeps) => {
    const shown = (category: PlacedCategory) => answer(201, shownCategory(category));
    const result = await addCategory(categorising, caller.owner, body, remember(shown));
    switch (result.kind) {
      case 'added':
        return shown(result.category);
      case 'replayed':
        return result;
      case 'misplaced':
        return misplaced(result.problem);
      case 'full':
        return problem('unprocessable', `There are ${categoriesMax} categories; remove one that is empty.`);
      case 'changed':
        return busy;
    }
  },
});

const list = route({
  method: 'GET',
  path: '/v1/template-categories',
  auth: 'tenant',
  tag: 'Templates',
  summary: 'The whole tree: each category before those in it, siblings by name',
  responses: { 200: z.object({ data: z.array(categoryShape), nextCursor: z.null() }) },
  run: async ({ caller }, { categorising }: CategoryDeps) => {
    const tree = await categorising.categories.read(caller.owner);
    return answer(200, { data: placedCategories(tree).map(shownCategory), nextCursor: null });
  },
});

const get = route({
  method: 'GET',
  path: '/v1/template-categories/{id}',
  auth: 'tenant',
  tag: 'Templates',
  summary: 'One category',
  params: categoryParams,
  responses: { 200: categoryShape },
  problems: ['not_found'],
  run: async ({ caller, params }, { categorising }: CategoryDeps) => {
    const tree = await categorising.categories.read(caller.owner);
    const category = tree.categories.get(params.id);
    return category ? answer(200, shownCategory(placedCategory(tree, category))) : notFound;
  },
});

const change = route({
  method: 'PATCH',
  path: '/v1/template-categories/{id}',
  auth: 'tenant',
  tag: 'Templates',
  summary: 'Rename a category, or move it with all that is in it',
  params: categoryParams,
  body: z.strictObject({ name: categoryNameShape.optional(), parentId: parentShape.optional() }),
  responses: { 200: categoryShape },
  problems: ['not_found', 'unprocessable', 'conflict'],
  run: async ({ caller, params, body: { name, parentId } }, { categorising }: CategoryDeps) => {
    const changes = { ...(name === undefined ? {} : { name }), ...(parentId === undefined ? {} : { parentId }) };
    const result = await changeCategory(categorising, caller.owner, params.id, changes);
    switch (result.kind) {
      case 'written':
        return answer(200, shownCategory(result.category));
      case 'absent':
        return notFound;
      case 'misplaced':
        return misplaced(result.problem);
      case 'changed':
        return busy;
    }
  },
});

const remove = route({
  method: 'DELETE',
  path: '/v1/template-categories/{id}',
  auth: 'tenant',
  tag: 'Templates',
  summary: 'Remove an empty category',
  params: categoryParams,
  responses: { 204: null },
  problems: ['not_found', 'wrong_state', 'conflict'],
  run: async ({ caller, params }, { categorising }: CategoryDeps) => {
    switch (await removeCategory(categorising, caller.owner, params.id)) {
      case 'removed':
        return answer(204, null);
      case 'absent':
        return notFound;
      case 'not_empty':
        return problem('wrong_state', 'Templates or categories are in it; only an empty category can be removed.');
      case 'changed':
        return busy;
    }
  },
});

const misplaced = (found: PlaceProblem): Problem =>
  fieldProblem('unprocessable', '/parentId', found === 'too_deep' ? 'too_deep' : 'invalid_value', placeWords[found]);
const placeWords = {
  no_parent: 'There is no such category of yours.',
  inside_itself: 'A category cannot lie in itself, nor in one that lies in it.',
  too_deep: `At most ${categoryDepthMax} categories lie within each other.`,
} as const satisfies Record<PlaceProblem, string>;

export const categoryRoutes = [add, list, get, change, remove];
