# SPDX-License-Identifier: MIT
"""The ways of real servers, good and bad. A way is chosen by the first part of a path ("/~no-range/files/x.gguf") or, for
requests without one, by the text of the file `way` in the server's folder ("503-twice", or "503-twice /api/" for paths
that contain that text only)."""
import gzip
import time

from model_site import Answer

HTML = b'<!DOCTYPE html>\n<html><head><title>Welcome</title></head><body>Please sign in to the network.</body></html>\n'


class Counter:
    """How often a way has been taken on a path."""

    def __init__(self):
        self.counts = {}

    def next(self, *key):
        self.counts[key] = self.counts.get(key, 0) + 1
        return self.counts[key]


def refused_times(status, times, **headers):
    headers = {key.replace('_', '-'): value for key, value in headers.items()}

    def way(answer, server, count):
        return Answer(status, {'Content-Type': 'text/plain', **headers}, b'come back later') if count <= times else answer

    return way


def fixed(status, body=b'', **headers):
    headers = {key.replace('_', '-'): value for key, value in headers.items()}
    return lambda answer, server, count: Answer(status, headers, body)


def only_at(which, status):
    return lambda answer, server, count: Answer(status, {'Content-Type': 'text/plain'}, b'') if count == which else answer


def etag_changes(answer, server, count):
    if answer.path:
        answer.headers['ETag'] = f'"version-{count}"'
    return answer


def bomb(answer, server, count):
    """A small body that would unpack to 64 MiB."""
    return Answer(200, {'Content-Type': 'application/octet-stream', 'Content-Encoding': 'gzip'}, gzip.compress(bytes(64 << 20)))


def away(location):
    return lambda answer, server, count: Answer(302, {'Location': location(server)}, b'')


# What is answered instead of, or after, the site's own answer.
ANSWERS = {
    '429-once': refused_times(429, 1, Retry_After='1'),
    '429-hour': refused_times(429, 10**9, Retry_After='3600'),
    '503-twice': refused_times(503, 2),
    '503-once': refused_times(503, 1, Retry_After='1'),
    '500-always': refused_times(500, 10**9),
    '401': fixed(401, b'no', WWW_Authenticate='Bearer realm="x"'),
    '403': fixed(403, b'no'),
    '404': fixed(404, b'no'),
    '410': fixed(410, b'gone'),
    'html': fixed(200, HTML, Content_Type='text/html; charset=utf-8'),
    'html-unnamed': fixed(200, HTML, Content_Type='application/octet-stream'),
    'gzip-bomb': bomb,
    'etag-changes': etag_changes,
    'second-403': only_at(2, 403),
    'json-garbage': fixed(200, b'{"siblings": [', Content_Type='application/json'),
    'json-wrong-types': fixed(200, b'{"sha": 7, "siblings": [{"rfilename": 3}, 4, {"size": "x"}], "Data": [], "layers": {}}',
                              Content_Type='application/json'),
    'json-deep': fixed(200, b'[' * 100000 + b']' * 100000, Content_Type='application/json'),
    'empty': fixed(200, b'', Content_Type='application/octet-stream'),
    'redirect-loop': away(lambda server: '/~redirect-loop/again'),
    'redirect-to-file': away(lambda server: 'file:///etc/hostname'),
    'redirect-to-ftp': away(lambda server: 'ftp://127.0.0.1/x'),
    'redirect-nowhere': fixed(302),
    'redirect-control': fixed(302, Location='http://127.0.0.1:1/\x01\x1b[2J'),
    'escape-in-error': fixed(404, b'{"error": "\\u001b[31mred\\u001b[0m \\u0007"}', Content_Type='application/json'),
}


def redirect_relative(answer, server, count, target):
    return Answer(307, {'Location': target.replace('/~redirect-relative', '', 1)}, b'')


def redirect_cdn(answer, server, count, target):
    return Answer(302, {'Location': server.addresses['cdn'] + target.replace('/~redirect-cdn', '', 1)}, b'')


TARGETED = {'redirect-relative': redirect_relative, 'redirect-cdn': redirect_cdn}


# What happens on the wire; `handler` has sent nothing yet. True: the answer has been dealt with.

def no_range(handler, answer):
    answer.headers['Accept-Ranges'] = 'none'
    handler.send(answer, ranges=False)


def endless(handler, answer):
    """No length, no end."""
    handler.begin(200, {'Content-Type': 'application/octet-stream', 'Connection': 'close'})
    if answer.path:
        handler.copy(answer.path, 0, 1 << 22)
    while handler.raw(bytes(1 << 16)):
        pass


def truncated(handler, answer):
    handler.send(answer, stop_at=0.5)


def more_than_asked(handler, answer):
    handler.send(answer, extra=1 << 20)


def wrong_range(handler, answer):
    handler.send(answer, shift=4096)


def no_content_range(handler, answer):
    handler.send(answer, content_range=False)


def slow(handler, answer):
    handler.send(answer, pause=0.02)


def stalled(handler, answer):
    handler.send(answer, stop_at=0.1, hang=600)


def silent(handler, answer):
    time.sleep(600)


def dropped(handler, answer):
    handler.drop()


def garbage(handler, answer):
    handler.raw(b'\x16\x03\x01 this is no HTTP\r\n' * 8)
    handler.drop()


def header_flood(handler, answer):
    handler.raw(b'HTTP/1.1 200 OK\r\n')
    for number in range(200000):
        if not handler.raw(b'X-Flood-%d: %s\r\n' % (number, b'x' * 1000)):
            return
    handler.drop()


WIRE = {'no-range': no_range, 'endless': endless, 'truncated': truncated, 'more-than-asked': more_than_asked,
        'wrong-range': wrong_range, 'no-content-range': no_content_range, 'slow': slow, 'stalled': stalled, 'silent': silent,
        'drop': dropped, 'garbage': garbage, 'header-flood': header_flood}
# The same, once, then as it should be.
ONCE = {f'{name}-once': way for name, way in WIRE.items()}
