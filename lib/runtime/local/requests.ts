import type { ModelDecision } from '../../plan/plan';

/** A first request to a model: path and body of the OpenAI API. */
export interface FirstRequest {
  path: string;
  body: object;
}

export function firstRequest({ name, task }: ModelDecision): FirstRequest {
  switch (task) {
    case 'chat':
      return {
        path: '/v1/chat/completions',
        body: { model: name, messages: [{ role: 'user', content: 'Say hello in one line.' }] },
      };
    case 'completion':
      return { path: '/v1/completions', body: { model: name, prompt: 'Hello, my name is', max_tokens: 32 } };
    case 'embedding':
      return { path: '/v1/embeddings', body: { model: name, input: 'a text to embed' } };
  }
}
