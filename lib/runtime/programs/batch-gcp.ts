/** `batch_gcp.py`: queue and buckets of the batch worker on Google Cloud. */
export const batchGcpModule = `"""Pub/Sub and Cloud Storage over their JSON APIs: their clients are not sure to be in the gateway's image."""
import base64
import json
import threading
import time
import urllib.parse

from batch_web import Poison, expect, json_bytes



def connect(environment, lease, message):
    return Gcp(environment, lease, message)


def named(body, attributes):
    """Objects that a message names: our own form, or a notification of Cloud Storage. None: neither."""
    try:
        if 'objectId' in attributes:
            if attributes['eventType'] != 'OBJECT_FINALIZE':
                return []
            return [{'object': attributes['objectId'], 'version': attributes['objectGeneration']}]
        found = json.loads(body)
        return [found] if isinstance(found['object'], str) else None
    except (ValueError, LookupError, TypeError):
        return None


def quoted(name):
    return urllib.parse.quote(name, safe='')


class Gcp:
    def __init__(self, environment, lease, message):
        # as Google's own clients name them
        self.metadata = 'http://' + environment.get('GCE_METADATA_HOST', 'metadata.google.internal')
        pubsub = environment.get('LLM_BATCH_PUBSUB_URL', 'https://pubsub.googleapis.com') + '/v1/'
        self.storage = environment.get('LLM_BATCH_STORAGE_URL', 'https://storage.googleapis.com')
        # projects/P/subscriptions/S, projects/P/topics/T
        self.subscription = pubsub + environment['LLM_BATCH_SUBSCRIPTION']
        self.topic, self.dead = pubsub + environment['LLM_BATCH_QUEUE'], pubsub + environment['LLM_BATCH_DEAD_QUEUE']
        self.input, self.output = environment['LLM_BATCH_INPUT'], environment['LLM_BATCH_OUTPUT']
        self.lease, self.message = lease, message
        self.token, self.token_ends, self.token_lock = None, 0.0, threading.Lock()

    def headers(self):
        with self.token_lock:
            if time.monotonic() > self.token_ends:
                path = '/computeMetadata/v1/instance/service-accounts/default/token'
                _, _, data = expect((200,), 'GET', self.metadata + path, {'Metadata-Flavor': 'Google'}, timeout=10)
                found = json.loads(data)
                self.token, self.token_ends = found['access_token'], time.monotonic() + found['expires_in'] - 240
            return {'Authorization': 'Bearer ' + self.token, 'Content-Type': 'application/json'}

    def post(self, url, value, timeout=60):
        _, _, data = expect((200,), 'POST', url, self.headers(), json_bytes(value), timeout)
        return json.loads(data or b'{}')

    def receive(self, most):
        answer = self.post(self.subscription + ':pull', {'maxMessages': most}, 120)
        taken = [self.taken(one) for one in answer.get('receivedMessages', [])]
        for message in taken:
            self.extend(message)
        if not taken:
            time.sleep(1)
        return taken

    def taken(self, received):
        found = received['message']
        body, attributes = base64.b64decode(found.get('data', '')).decode('utf-8', 'replace'), found.get('attributes', {})
        # counted only where the subscription has a dead-letter policy
        message = self.message(body, named(body, attributes), received['ackId'], received.get('deliveryAttempt', 1))
        message.attributes = attributes
        return message

    def extend(self, message):
        words = {'ackIds': [message.receipt], 'ackDeadlineSeconds': self.lease}
        self.post(self.subscription + ':modifyAckDeadline', words)
        # Pub/Sub does not say that a lease was lost
        return True

    def acknowledge(self, message):
        self.post(self.subscription + ':acknowledge', {'ackIds': [message.receipt]})

    def send(self, bodies):
        for begin in range(0, len(bodies), 500):
            self.publish(self.topic, [(body, {}) for body in bodies[begin : begin + 500]])

    def bury(self, message, reason):
        # an attribute holds 1,024 bytes
        told = reason.encode()[:1024].decode('utf-8', 'ignore')
        self.publish(self.dead, [(message.body, {**message.attributes, 'reason': told})])

    def publish(self, topic, messages):
        # a message needs data or an attribute
        found = [{'data': base64.b64encode(body.encode()).decode(), 'attributes': more} for body, more in messages]
        self.post(topic + ':publish', {'messages': found})

    def object_url(self, bucket, name):
        return self.storage + '/storage/v1/b/' + bucket + '/o/' + quoted(name)

    def version(self, name):
        return self.head(name, '')['generation']

    def size(self, name, version):
        found = self.head(name, '?generation=' + version)
        if found.get('contentEncoding') == 'gzip':
            raise Poison(name + ' is stored with Content-Encoding gzip, which cannot be read by range: store it plain')
        return int(found['size'])

    def head(self, name, query):
        status, _, data = expect((200, 404), 'GET', self.object_url(self.input, name) + query, self.headers())
        if status == 404:
            raise Poison(name + ' is not in the input bucket, or was written anew before it was read')
        return json.loads(data)

    def read(self, name, version, start, length):
        url = self.object_url(self.input, name) + '?alt=media&generation=' + version
        headers = {**self.headers(), 'Range': 'bytes=%d-%d' % (start, start + length - 1)}
        status, _, data = expect((200, 206, 404), 'GET', url, headers)
        if status == 404:
            raise Poison(name + ' was removed or written anew while it was read')
        return data if status == 206 else data[start : start + length]

    def exists(self, key):
        status, _, _ = expect((200, 404), 'GET', self.object_url(self.output, key) + '?fields=name', self.headers())
        return status == 200

    def fetch(self, key, most=None):
        """Bytes of a result, or the first of them; None when it is not there."""
        headers = {**self.headers(), **({} if most is None else {'Range': 'bytes=0-%d' % (most - 1)})}
        url = self.object_url(self.output, key) + '?alt=media'
        status, _, data = expect((200, 206, 404), 'GET', url, headers)
        return None if status == 404 else data

    def store_once(self, key, data):
        """False when it is there already."""
        url = self.storage + '/upload/storage/v1/b/' + self.output + '/o?uploadType=media&ifGenerationMatch=0&name='
        status, _, _ = expect((200, 412), 'POST', url + quoted(key), self.headers(), data)
        return status == 200

    def names(self, prefix):
        found, page = [], ''
        while True:
            url = self.storage + '/storage/v1/b/' + self.output + '/o?prefix=' + quoted(prefix) + page
            answer = json.loads(expect((200,), 'GET', url, self.headers())[2])
            found += [one['name'] for one in answer.get('items', [])]
            if not answer.get('nextPageToken'):
                return found
            page = '&pageToken=' + quoted(answer['nextPageToken'])
`;
