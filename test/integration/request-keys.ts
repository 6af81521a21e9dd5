/** What a request to vLLM 0.33.0 may hold: OpenAI's parameters and vLLM's own (its protocol classes, 2026-11). */
const shared = [
  'model',
  'stream',
  'stream_options',
  'temperature',
  'top_p',
  'max_tokens',
  'n',
  'stop',
  'seed',
  'presence_penalty',
  'frequency_penalty',
  'logit_bias',
  'logprobs',
  'user',
  // vLLM
  'top_k',
  'min_p',
  'min_tokens',
  'repetition_penalty',
  'ignore_eos',
  'stop_token_ids',
  'skip_special_tokens',
  'priority',
  'request_id',
];

const byPath: Record<string, string[]> = {
  '/v1/chat/completions': [
    ...shared,
    'messages',
    'max_completion_tokens',
    'top_logprobs',
    'response_format',
    'tools',
    'tool_choice',
    'parallel_tool_calls',
    'reasoning_effort',
    'chat_template_kwargs',
  ],
  '/v1/completions': [...shared, 'prompt', 'suffix', 'echo', 'best_of'],
  '/v1/embeddings': ['model', 'input', 'encoding_format', 'dimensions', 'user'],
};

/** Keys of a body that the engine would not know, as a gateway sends them for a misspelt setting. */
export function unknownKeys(path: string, body: object): string[] {
  const known = byPath[path];
  if (known === undefined) throw new Error(`nobody asks an engine for ${path}`);
  return Object.keys(body).filter((key) => !known.includes(key));
}
