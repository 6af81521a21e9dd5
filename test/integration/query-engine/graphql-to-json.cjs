/**
 * Translates what Prisma's Python client asks (GraphQL) into what the WASM engine understands (its JSON
 * protocol), and answers back. Prisma 5.17.0.
 */
/** Longest names first: `findUniqueOrThrow` also begins with `findUnique`. */
const actions = [
  'findUniqueOrThrow',
  'findFirstOrThrow',
  'findUnique',
  'findFirst',
  'findMany',
  'createMany',
  'createOne',
  'updateMany',
  'updateOne',
  'upsertOne',
  'deleteMany',
  'deleteOne',
  'aggregate',
  'groupBy',
  'queryRaw',
  'executeRaw',
];
const countedActions = ['createMany', 'updateMany', 'deleteMany'];
const rawActions = ['queryRaw', 'executeRaw'];

/** Names of the Json columns of each model: there a text is JSON, elsewhere it is a text. */
function jsonColumns(schema) {
  const models = [...schema.matchAll(/^model (\w+) \{([\s\S]*?)^\}/gm)];
  const columns = (body) => new Set([...body.matchAll(/^\s+(\w+)\s+Json/gm)].map((match) => match[1]));
  return new Map(models.map(([, name, body]) => [name, columns(body)]));
}

const tagged = (type, value) => ({ $type: type, value });

function literal(node, json) {
  switch (node.kind) {
    case 'StringValue':
    case 'BooleanValue':
    case 'EnumValue':
      return node.value;
    case 'NullValue':
      return null;
    case 'FloatValue':
      return Number(node.value);
    case 'IntValue':
      return Number.isSafeInteger(Number(node.value)) ? Number(node.value) : tagged('BigInt', node.value);
    case 'ListValue':
      return node.values.map((value) => literal(value, json));
    case 'ObjectValue':
      return Object.fromEntries(node.fields.map((one) => [one.name.value, member(one, json)]));
    default:
      throw new Error(`the Python client sent a ${node.kind}, which this adapter does not know`);
  }
}

/** A column's value, or for a Json column its text, also one level down as in `{set: "..."}`. */
function member({ name, value }, json) {
  if (!json.has(name.value)) return literal(value, json);
  const text = (node) => (node.kind === 'StringValue' ? tagged('Json', node.value) : literal(node, json));
  if (value.kind !== 'ObjectValue') return text(value);
  return Object.fromEntries(value.fields.map((one) => [one.name.value, text(one.value)]));
}

const argumentsOf = (field, json) =>
  Object.fromEntries((field.arguments ?? []).map((one) => [one.name.value, literal(one.value, json)]));

const selectionOf = (selectionSet, json) =>
  Object.fromEntries(
    (selectionSet?.selections ?? []).map((field) => {
      const plain = !field.selectionSet && !field.arguments?.length;
      return [field.name.value, plain ? true : query(field, json)];
    }),
  );

const query = (field, json) => ({
  arguments: argumentsOf(field, json),
  selection: selectionOf(field.selectionSet, json),
});

/** `{ result: findManyX(where: ...) { id } }` as `{ name: 'result', request: { action, modelName, query } }`. */
function toJsonProtocol(parse, text, jsonOf) {
  const field = parse(text).definitions[0].selectionSet.selections[0];
  const action = actions.find((one) => field.name.value.startsWith(one));
  if (action === undefined) throw new Error(`the Python client asked for ${field.name.value}`);
  const modelName = field.name.value.slice(action.length);
  const asked = query(field, jsonOf.get(modelName) ?? new Set());
  if (rawActions.includes(action)) asked.selection = {};
  if (countedActions.includes(action)) asked.selection = { count: true };
  return {
    name: (field.alias ?? field.name).value,
    request: { action, ...(modelName === '' ? {} : { modelName }), query: asked },
  };
}

function untagged(value) {
  if (Array.isArray(value)) return value.map(untagged);
  if (value === null || typeof value !== 'object') return value;
  if ('$type' in value) return value.$type === 'BigInt' ? Number(value.value) : value.value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, untagged(inner)]));
}

/** The engine's answer under the name that the client gave its question. */
function fromJsonProtocol(answer, { name, request }) {
  if (!answer.data) return answer;
  const [result] = Object.values(answer.data);
  // raw rows have types of their own, which the Python client reads
  return { data: { [name]: request.action === 'queryRaw' ? result : untagged(result) } };
}

module.exports = { fromJsonProtocol, jsonColumns, toJsonProtocol };
