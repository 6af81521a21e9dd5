/** `batch_settings.py`: the variables of the batch worker. */
export const batchSettingsModule = `"""What the environment says, with the values that suit nearly everybody."""
import sys


def printable(text):
    """Without control characters and halves of surrogate pairs, which neither logs nor queues take."""
    return ''.join(one if one.isprintable() else '?' for one in text)


def say(text):
    print('batch: ' + printable(text), flush=True)


def settings(environment):
    def value(name, default=None):
        found = environment.get('LLM_BATCH_' + name, default)
        if found is None or found == '':
            sys.exit('failed: LLM_BATCH_' + name + ' has no value')
        return found

    return {
        'cloud': value('CLOUD'),
        'gateway': value('GATEWAY_URL').rstrip('/'),
        'key': value('KEY'),
        'concurrency': int(value('CONCURRENCY')),
        'saturationUrl': environment.get('LLM_BATCH_SATURATION_URL', ''),
        'saturation': float(value('SATURATION', '0.7')),
        'watchSeconds': float(value('WATCH_SECONDS', '10')),
        'answerSeconds': float(value('ANSWER_SECONDS', '600')),
        'leaseSeconds': int(value('LEASE_SECONDS', '120')),
        'maxAttempts': int(value('MAX_ATTEMPTS', '5')),
        'drainSeconds': float(value('DRAIN_SECONDS', '90')),
        # a model that refuses, or a line that breaks while no other is sent
        'giveUpSeconds': float(value('GIVE_UP_SECONDS', '21600')),
        'partBytes': int(value('PART_BYTES', str(1 << 20))),
    }
`;
