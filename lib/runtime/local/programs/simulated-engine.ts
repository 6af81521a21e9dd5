/** `simulated_engine.py`: OpenAI's API at the pace of a planned engine, without a model. Python 3.9, standard library. */
export const simulatedEngineProgram = String.raw`"""A simulated engine: no model runs. It answers as vLLM would, at the pace that the plan expects."""
import argparse
import json
import select
import signal
import socket
import sys
import threading
import time
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from simulated_pace import Answer, Engine, Gone, Refusal, refuse_what_no_simulation_answers, tokens_in

LARGEST_BODY = 64 * 1024 * 1024


def options():
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument('--model', required=True)
    parser.add_argument('--adapter', action='append', default=[])
    parser.add_argument('--host', required=True)
    parser.add_argument('--task', choices=('chat', 'completion', 'embedding'), required=True)
    for name in ('--ttft-ms', '--inter-token-ms'):
        parser.add_argument(name, type=float, required=True)
    for name in (
        '--sequences-in-flight', '--max-sequences', '--max-queued-requests', '--max-context', '--kv-cache-tokens',
        '--answer-tokens', '--embedding-width', '--keep-alive-seconds', '--stop-seconds', '--port',
    ):
        parser.add_argument(name, type=int, required=True)
    return parser.parse_args()


class Handler(BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    disable_nagle_algorithm = True
    server_version = 'simulated-engine'
    sys_version = ''
    engine = None

    def log_message(self, *words):
        pass

    def do_GET(self):
        engine = self.engine
        if self.path in ('/health', '/ping'):
            return self.send_text(503 if engine.stopping else 200, '')
        if self.path == '/metrics':
            return self.send_text(200, engine.series.text(engine.pace.gauges()), 'text/plain; version=0.0.4')
        self.guarded(self.list_models)

    def do_POST(self):
        self.guarded(self.answer)

    def guarded(self, work):
        try:
            if self.path.startswith('/v1') and self.engine.key and self.headers.get('Authorization') != 'Bearer ' + self.engine.key:
                self.close_connection = True
                return self.send_json(401, {'error': 'Unauthorized'})
            if self.engine.stopping:
                self.close_connection = True
                raise Refusal(503, 'The engine is stopping.', 'ServiceUnavailableError')
            work()
        except Refusal as refusal:
            if refusal.status == 503:
                self.engine.series.reject()
            self.send_json(refusal.status, refusal.body)
        except (Gone, BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def gone(self):
        readable = select.poll()
        readable.register(self.connection, select.POLLIN)
        # readable without a byte: the other side closed
        return bool(readable.poll(0)) and self.connection.recv(1, socket.MSG_PEEK) == b''

    def list_models(self):
        if self.path != '/v1/models':
            raise Refusal(404, 'Not Found', 'NotFoundError')
        given = self.engine.given
        models = [
            {'id': name, 'object': 'model', 'created': 0, 'owned_by': 'simulated', 'max_model_len': given.max_context}
            for name in [given.model, *given.adapter]
        ]
        self.send_json(200, {'object': 'list', 'data': models})

    def body(self):
        length = int(self.headers.get('Content-Length') or 0)
        if length > LARGEST_BODY:
            self.close_connection = True
            raise Refusal(413, 'The request is larger than %d bytes.' % LARGEST_BODY)
        try:
            body = json.loads(self.rfile.read(length))
        except ValueError:
            raise Refusal(400, 'The body is not JSON.')
        if not isinstance(body, dict):
            raise Refusal(400, 'The body is not an object.')
        return body

    def answer(self):
        body = self.body()
        given = self.engine.given
        served = {
            'chat': ('/v1/chat/completions', '/v1/completions'),
            'completion': ('/v1/completions',),
            'embedding': ('/v1/embeddings',),
        }[given.task]
        if self.path not in served:
            raise Refusal(404, '%s: this engine serves %s' % (self.path, ' and '.join(served)), 'NotFoundError')
        if body.get('model') not in [given.model, *given.adapter]:
            raise Refusal(404, 'The model %s does not exist.' % body.get('model'), 'NotFoundError')
        if self.path == '/v1/embeddings':
            return self.send_json(200, self.engine.embed(body, self.gone))
        refuse_what_no_simulation_answers(body)
        chat = self.path == '/v1/chat/completions'
        prompt = body.get('messages' if chat else 'prompt')
        if not isinstance(prompt, list if chat else (str, list)) or not prompt:
            raise Refusal(400, ('messages' if chat else 'prompt') + ' is missing or empty.')
        answer = Answer(given, body, tokens_in(prompt))
        if body.get('stream'):
            return self.stream(body['model'], chat, answer, bool((body.get('stream_options') or {}).get('include_usage')))
        for _ in self.engine.generate(answer, self.gone):
            pass
        choice = {'index': 0, 'finish_reason': answer.reason, 'logprobs': None}
        if chat:
            choice['message'] = {'role': 'assistant', 'content': answer.whole()}
        else:
            choice['text'] = answer.whole()
        self.send_json(200, dict(self.head(body['model'], chat, False), choices=[choice], usage=answer.usage()))

    def head(self, model, chat, streamed):
        kind = ('chat.completion' if chat else 'text_completion') + ('.chunk' if chat and streamed else '')
        name = ('chatcmpl-' if chat else 'cmpl-') + uuid.uuid4().hex
        return {'id': name, 'object': kind, 'created': int(time.time()), 'model': model, 'system_fingerprint': 'simulated'}

    def stream(self, model, chat, answer, with_usage):
        head = self.head(model, chat, True)
        words = self.engine.generate(answer, self.gone)
        try:
            # the queue may refuse: before the status is sent
            first = next(words)
            self.send_response(200)
            self.send_header('Content-Type', 'text/event-stream; charset=utf-8')
            self.send_header('Transfer-Encoding', 'chunked')
            self.end_headers()

            def event(choices, **more):
                self.chunk('data: ' + json.dumps(dict(head, choices=choices, **more)) + '\n\n')

            def choice(text, reason=None, role=None):
                if chat:
                    delta = dict({'role': role} if role else {}, **({'content': text} if text is not None else {}))
                    return {'index': 0, 'delta': delta, 'logprobs': None, 'finish_reason': reason}
                return {'index': 0, 'text': text or '', 'logprobs': None, 'finish_reason': reason}

            if chat:
                event([choice('', role='assistant')])
            event([choice(first)])
            for word in words:
                event([choice(word)])
            event([choice(None, answer.reason)])
            if with_usage:
                event([], usage=answer.usage())
            self.chunk('data: [DONE]\n\n')
            self.wfile.write(b'0\r\n\r\n')
        finally:
            # a client that went away ends its answer now, not when the garbage is collected
            words.close()

    def chunk(self, text):
        data = text.encode()
        self.wfile.write(b'%x\r\n%s\r\n' % (len(data), data))

    def send_json(self, status, value):
        self.send_text(status, json.dumps(value), 'application/json')

    def send_text(self, status, text, kind='text/plain'):
        data = text.encode()
        self.send_response(status)
        self.send_header('Content-Type', kind)
        self.send_header('Content-Length', str(len(data)))
        if self.close_connection:
            self.send_header('Connection', 'close')
        self.end_headers()
        self.wfile.write(data)


class Server(ThreadingHTTPServer):
    daemon_threads = True
    # connections that arrive at once; the default of 5 would refuse a burst
    request_queue_size = 1024

    def handle_error(self, request, address):
        error = sys.exc_info()[1]
        if not isinstance(error, (BrokenPipeError, ConnectionResetError, TimeoutError)):
            super().handle_error(request, address)


def main():
    given = options()
    engine = Engine(given)
    Handler.engine = engine
    Handler.timeout = given.keep_alive_seconds
    server = Server((given.host, given.port), Handler)
    told = []
    # the first process of a container has no default for this signal; a lock taken in its handler can be the one
    # that it interrupted
    signal.signal(signal.SIGTERM, lambda *_: told.append(True))
    signal.signal(signal.SIGINT, lambda *_: told.append(True))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print('simulated engine for %s on port %d: no model runs' % (given.model, server.server_address[1]), flush=True)
    while not told:
        time.sleep(0.1)
    engine.stopping = True
    end = time.monotonic() + given.stop_seconds
    while not engine.pace.idle() and time.monotonic() < end:
        time.sleep(0.05)
    # the last words may still be on their way
    time.sleep(0.2)


main()
`;
