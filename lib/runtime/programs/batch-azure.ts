/** `batch_azure.py`: queue and containers of the batch worker on Azure. */
export const batchAzureModule = `"""Service Bus and Blob Storage over REST, with tokens from the client that is in the gateway's image.

REST cannot move a message to the dead-letter subqueue (Microsoft, Service Bus REST introduction, read 2026-11),
so dead letters with a reason go to a queue of their own.
"""
import json
import threading
import time
import urllib.parse
import xml.etree.ElementTree

from azure.identity import DefaultAzureCredential

from batch_web import Away, Poison, expect

WAIT_SECONDS = 10
BUS_SCOPE, BLOB_SCOPE = 'https://servicebus.azure.net/.default', 'https://storage.azure.com/.default'
BLOB_VERSION = '2023-11-03'


def connect(environment, lease, message):
    return Azure(environment, lease, message)


def named(body):
    """Objects that a message names: our own form, or BlobCreated of Event Grid in either schema. None: neither."""
    try:
        found = json.loads(body)
        if isinstance(found, list):
            [found] = found
        kind = found.get('eventType') or found.get('type')
        if kind is None:
            return [found] if isinstance(found['object'], str) else None
        if kind != 'Microsoft.Storage.BlobCreated':
            return []
        # /blobServices/default/containers/C/blobs/NAME
        name = found['subject'].split('/blobs/', 1)[1]
        return [{'object': name, 'version': found['data']['eTag'].strip('"')}]
    except (ValueError, LookupError, TypeError, AttributeError):
        return None


class Azure:
    def __init__(self, environment, lease, message):
        # https://NAMESPACE.servicebus.windows.net, and containers as https://ACCOUNT.blob.core.windows.net/CONTAINER
        bus = environment['LLM_BATCH_BUS_URL'].rstrip('/') + '/'
        self.queue = bus + environment['LLM_BATCH_QUEUE'] + '/messages'
        self.dead = bus + environment['LLM_BATCH_DEAD_QUEUE'] + '/messages'
        self.input, self.output = environment['LLM_BATCH_INPUT'], environment['LLM_BATCH_OUTPUT']
        self.message = message
        self.credential, self.tokens, self.token_lock = DefaultAzureCredential(), {}, threading.Lock()

    def bearer(self, scope):
        with self.token_lock:
            token, ends = self.tokens.get(scope, (None, 0))
            if time.time() > ends - 240:
                try:
                    found = self.credential.get_token(scope)
                except Exception as error:  # also while the identity is being made
                    raise Away('no token: ' + str(error)[:300])
                token, ends = found.token, found.expires_on
                self.tokens[scope] = token, ends
            return {'Authorization': 'Bearer ' + token}

    def bus(self, statuses, method, url, headers=None, body=None):
        return expect(statuses, method, url, {**self.bearer(BUS_SCOPE), **(headers or {})}, body)

    def receive(self, most):
        url = self.queue + '/head?timeout=' + str(WAIT_SECONDS)
        status, headers, data = self.bus((201, 204), 'POST', url, body=b'')
        if status == 204:
            return []
        broker, body = json.loads(headers['BrokerProperties']), data.decode('utf-8', 'replace')
        lock = self.queue + '/' + urllib.parse.quote(broker['MessageId'], safe='') + '/' + broker['LockToken']
        return [self.message(body, named(body), lock, broker['DeliveryCount'])]

    def extend(self, message):
        """For the lock duration of the queue, which REST cannot choose."""
        return self.bus((200, 404, 410), 'POST', message.receipt, body=b'')[0] == 200

    def acknowledge(self, message):
        self.bus((200, 404, 410), 'DELETE', message.receipt)

    def send(self, bodies):
        for begin in range(0, len(bodies), 100):
            self.post(self.queue, [{'Body': body} for body in bodies[begin : begin + 100]])

    def bury(self, message, reason):
        self.post(self.dead, [{'Body': message.body, 'UserProperties': {'reason': reason[:4000]}}])

    def post(self, url, messages):
        headers = {'Content-Type': 'application/vnd.microsoft.servicebus.json'}
        self.bus((201,), 'POST', url, headers, json.dumps(messages).encode())

    def blob(self, statuses, method, url, headers=None, body=None):
        more = {'x-ms-version': BLOB_VERSION, **(headers or {})}
        return expect(statuses, method, url, {**self.bearer(BLOB_SCOPE), **more}, body)

    def url(self, container, name):
        return container + '/' + urllib.parse.quote(name)

    def version(self, name):
        return self.head(name)['ETag'].strip('"')

    def size(self, name, version):
        found = self.head(name)
        if found['ETag'].strip('"') != version:
            raise Poison(name + ' was written anew before it was read: the new file has a message of its own')
        return int(found['Content-Length'])

    def head(self, name):
        status, headers, _ = self.blob((200, 404), 'HEAD', self.url(self.input, name))
        if status == 404:
            raise Poison(name + ' is not in the input container')
        return headers

    def read(self, name, version, start, length):
        headers = {'x-ms-range': 'bytes=%d-%d' % (start, start + length - 1), 'If-Match': '"' + version + '"'}
        status, _, data = self.blob((200, 206, 404, 412), 'GET', self.url(self.input, name), headers)
        if status in (404, 412):
            raise Poison(name + ' was removed or written anew while it was read')
        return data

    def exists(self, key):
        return self.blob((200, 404), 'HEAD', self.url(self.output, key))[0] == 200

    def fetch(self, key, most=None):
        """Bytes of a result, or the first of them; None when it is not there."""
        headers = {} if most is None else {'x-ms-range': 'bytes=0-%d' % (most - 1)}
        status, _, data = self.blob((200, 206, 404), 'GET', self.url(self.output, key), headers)
        return None if status == 404 else data

    def store_once(self, key, data):
        """False when it is there already."""
        headers = {'If-None-Match': '*', 'x-ms-blob-type': 'BlockBlob', 'Content-Type': 'application/jsonl'}
        status, found, _ = self.blob((201, 409, 412), 'PUT', self.url(self.output, key), headers, data)
        if status == 409 and found['x-ms-error-code'] != 'BlobAlreadyExists':
            raise Away(key + ' is not stored: ' + str(found['x-ms-error-code']))
        return status == 201

    def names(self, prefix):
        found, marker = [], ''
        while True:
            query = '?restype=container&comp=list&prefix=' + urllib.parse.quote(prefix, safe='') + marker
            page = xml.etree.ElementTree.fromstring(self.blob((200,), 'GET', self.output + query)[2])
            found += [one.text for one in page.iter('Name')]
            following = page.findtext('NextMarker')
            if not following:
                return found
            marker = '&marker=' + urllib.parse.quote(following, safe='')
`;
