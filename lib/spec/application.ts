import * as z from 'zod/mini';
import { matching, required, section, whole, withDefault } from './fields';
import { digest, digestWords } from './identity';

/** A container of the user beside the gateway. */
export const application = () =>
  section('Application', 'A container of yours beside the gateway, under the same host name.', {
    image: required(matching(digest, digestWords), {
      description:
        'Your container image, by a reference that ends in `@sha256:` and its digest. Private images: of Amazon ECR, which the machine opens by its identity.',
    }),
    port: required(whole(1, 65535), { description: 'Port on which the container answers HTTP.' }),
    path: withDefault(
      matching(
        /^(\/|(\/[A-Za-z0-9_-][A-Za-z0-9._~-]{0,30}){1,4})$/,
        'a path such as `/` or `/chat`, without a slash at its end',
      ),
      '/',
      {
        description:
          'Requests to this path and below go to the container, with the whole path; `/` is everything but `/v1` and the health path.',
      },
    ),
    env: withDefault(
      z.record(
        matching(/^[A-Za-z_][A-Za-z0-9_]{0,99}$/, 'the name of a variable'),
        z.string().check(z.maxLength(4096), z.regex(/^[^\r\n\0]*$/, 'a text of one line')),
      ),
      {},
      {
        description:
          'Plain variables of the container, no secrets. The deployment sets `OPENAI_BASE_URL` and `OPENAI_API_KEY`.',
      },
    ),
    memoryGiB: withDefault(whole(1, 64), 2, {
      description: 'Memory that the container may take; above it, it is ended and starts again.',
      unit: 'GiB',
    }),
  });
