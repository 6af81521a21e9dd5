import type { Geometry } from '../../lib/catalog/models';
import { UserError } from '../../lib/errors';
import type { ModelDecision } from '../../lib/plan/plan';
import type { GgufFiles } from './gguf-files';

/** Refuses a file that is another model than the spec names, or cannot serve it as the spec wants. */
export function mustServe(
  { model, name, kind }: { model: ModelDecision; name: string; kind: string | undefined },
  shape: Geometry,
  { files, header }: GgufFiles,
): void {
  const fail = (text: string) => new UserError(`${files[0]}, given for ${name}, ${text}`);
  if (header.hiddenSize !== shape.hiddenSize || header.layers < shape.layers)
    throw fail(
      `has ${header.layers} layers of width ${header.hiddenSize}, and ${model.source} has ${shape.layers} of ${shape.hiddenSize}: it is another model. Name its own file, or write the file's model as \`source\`.`,
    );
  if (kind !== undefined && header.kind !== null && header.kind !== kind)
    throw fail(
      `is of kind ${header.kind}, and the spec asks for ${kind}: name another file or write \`quantization: ${header.kind}\`.`,
    );
  if (header.maxContext < model.maxContext)
    throw fail(
      `was made for ${header.maxContext} tokens, and the plan has ${model.maxContext}: write \`maxContext: ${header.maxContext}\` or less.`,
    );
  if (model.task === 'embedding') {
    if (header.pooling === null || header.pooling === 'none' || header.pooling === 'rank')
      throw fail(
        header.pooling === 'rank'
          ? 'ranks texts and embeds none: name the file of an embedding model.'
          : 'does not say how the vectors of tokens become one (pooling_type): name a file that was made of the embedding model.',
      );
  } else if (model.task === 'chat' && !header.chatTemplate)
    throw fail(
      'has no chat template: name a file that was made of the chat model, or write `task: completion`.',
    );
}
