/** `batch_aws.py`: queue and buckets of the batch worker on AWS. */
export const batchAwsModule = `"""SQS and S3, through the client that is in the gateway's image."""
import json
import urllib.parse

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from batch_web import Away, Poison

WAIT_SECONDS = 10
THROTTLED = ('SlowDown', 'Throttling', 'ThrottlingException', 'RequestThrottled', 'RequestTimeout', 'ExpiredToken')
BURIED_CHARACTERS = 4000


def connect(environment, lease, message):
    return Aws(environment, lease, message)


def asked(operation, **words):
    """An answer; Away for what passes by itself, ClientError for what does not."""
    try:
        return operation(**words)
    except ClientError as error:
        status, code = error.response['ResponseMetadata']['HTTPStatusCode'], error.response['Error']['Code']
        # 409: another worker is storing the same object just now
        if status >= 500 or status == 409 or code in THROTTLED:
            raise Away(str(error))
        raise
    except BotoCoreError as error:
        raise Away(str(error))


def status_of(error):
    return error.response['ResponseMetadata']['HTTPStatusCode']


def named(body):
    """Objects that a message names: our own form, or an event of S3, direct or through EventBridge. None: neither."""
    try:
        found = json.loads(body)
        if found.get('Event') == 's3:TestEvent':
            return []
        if 'Records' in found:
            objects = [one['s3']['object'] for one in found['Records']]
            return [{'object': urllib.parse.unquote_plus(one['key']), 'version': one['eTag']} for one in objects]
        if 'detail' in found:
            return [{'object': found['detail']['object']['key'], 'version': found['detail']['object']['etag']}]
        return [found] if isinstance(found['object'], str) else None
    except (ValueError, LookupError, TypeError, AttributeError):
        return None


class Aws:
    def __init__(self, environment, lease, message):
        config = Config(
            retries={'mode': 'standard', 'total_max_attempts': 4},
            connect_timeout=5,
            read_timeout=60,
            max_pool_connections=64,
        )
        clients = boto3.Session(region_name=environment['AWS_REGION'])
        self.sqs, self.s3 = clients.client('sqs', config=config), clients.client('s3', config=config)
        self.queue, self.dead = environment['LLM_BATCH_QUEUE'], environment['LLM_BATCH_DEAD_QUEUE']
        self.input, self.output = environment['LLM_BATCH_INPUT'], environment['LLM_BATCH_OUTPUT']
        self.lease, self.message = lease, message

    def receive(self, most):
        answer = asked(
            self.sqs.receive_message,
            QueueUrl=self.queue,
            MaxNumberOfMessages=min(10, most),
            WaitTimeSeconds=WAIT_SECONDS,
            VisibilityTimeout=self.lease,
            MessageSystemAttributeNames=['ApproximateReceiveCount'],
        )
        return [
            self.message(one['Body'], named(one['Body']), one['ReceiptHandle'], attempt(one))
            for one in answer.get('Messages', [])
        ]

    def extend(self, message):
        words = {'QueueUrl': self.queue, 'ReceiptHandle': message.receipt, 'VisibilityTimeout': self.lease}
        try:
            asked(self.sqs.change_message_visibility, **words)
            return True
        except ClientError:  # no longer in flight, or taken by another
            return False

    def acknowledge(self, message):
        asked(self.sqs.delete_message, QueueUrl=self.queue, ReceiptHandle=message.receipt)

    def send(self, bodies):
        for begin in range(0, len(bodies), 10):
            entries = [{'Id': str(at), 'MessageBody': body} for at, body in enumerate(bodies[begin : begin + 10])]
            answer = asked(self.sqs.send_message_batch, QueueUrl=self.queue, Entries=entries)
            if answer.get('Failed'):
                raise Away('the queue did not take a message: ' + str(answer['Failed'][0].get('Message')))

    def bury(self, message, reason):
        attributes = {'reason': {'DataType': 'String', 'StringValue': reason[:BURIED_CHARACTERS]}}
        words = {'QueueUrl': self.dead, 'MessageBody': message.body}
        try:
            asked(self.sqs.send_message, MessageAttributes=attributes, **words)
        except ClientError as error:
            # a message as long as the queue takes has no room for the reason
            if status_of(error) != 400:
                raise
            asked(self.sqs.send_message, **words)

    def version(self, name):
        return self.head(name)['ETag'].strip('"')

    def size(self, name, version):
        found = self.head(name)
        if found['ETag'].strip('"') != version:
            raise Poison(name + ' was written anew before it was read: the new file has a message of its own')
        return found['ContentLength']

    def head(self, name):
        try:
            return asked(self.s3.head_object, Bucket=self.input, Key=name)
        except ClientError as error:
            if status_of(error) == 404:
                raise Poison(name + ' is not in the input bucket')
            raise

    def read(self, name, version, start, length):
        words = {'Range': 'bytes=%d-%d' % (start, start + length - 1), 'IfMatch': '"' + version + '"'}
        try:
            answer = asked(self.s3.get_object, Bucket=self.input, Key=name, **words)
            return body_of(answer)
        except ClientError as error:
            if status_of(error) in (404, 412):
                raise Poison(name + ' was removed or written anew while it was read')
            raise

    def exists(self, key):
        try:
            asked(self.s3.head_object, Bucket=self.output, Key=key)
            return True
        except ClientError as error:
            if status_of(error) == 404:
                return False
            raise

    def fetch(self, key, most=None):
        """Bytes of a result, or the first of them; None when it is not there."""
        words = {} if most is None else {'Range': 'bytes=0-%d' % (most - 1)}
        try:
            return body_of(asked(self.s3.get_object, Bucket=self.output, Key=key, **words))
        except ClientError as error:
            if status_of(error) == 404:
                return None
            raise

    def store_once(self, key, data):
        """False when it is there already."""
        try:
            asked(self.s3.put_object, Bucket=self.output, Key=key, Body=data, IfNoneMatch='*')
            return True
        except ClientError as error:
            if status_of(error) == 412:
                return False
            raise

    def names(self, prefix):
        pages = self.s3.get_paginator('list_objects_v2').paginate(Bucket=self.output, Prefix=prefix)
        return asked(lambda: [one['Key'] for page in pages for one in page.get('Contents', [])])


def attempt(received):
    return int(received['Attributes']['ApproximateReceiveCount'])


def body_of(answer):
    return asked(answer['Body'].read)
`;
