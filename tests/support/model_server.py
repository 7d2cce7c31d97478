#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A web server on loopback that plays hub, registry, CDN, proxy and every kind of broken server.

model_server.py FOLDER [--tls]
FOLDER holds the site (model_site.py says how). Written into it: `addresses`, lines for a shell (hub=http://127.0.0.1:PORT,
cdn=..., and with --tls: tls=..., wrong_host=..., ca=FILE), once all ports listen; and `log`, one JSON object a request,
written before the body is sent. Ends with the process that started it."""
import argparse
import http.server
import json
import os
import socket
import socketserver
import ssl
import subprocess
import sys
import threading
import time

import server_ways
from model_site import Site


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    server_version, sys_version = 'tests', ''

    def log_message(self, *_):
        pass

    # parts that the ways are made of

    def raw(self, data):
        """False when the other side has gone."""
        try:
            self.connection.sendall(data)
            return True
        except OSError:
            self.close_connection = True
            return False

    def drop(self):
        self.close_connection = True
        try:
            self.connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    def begin(self, status, headers):
        self.site_server.write_log(self, status, headers)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        try:
            self.end_headers()
        except OSError:
            self.close_connection = True

    def copy(self, path, first, length, pause=0.0):
        with open(path, 'rb') as source:
            source.seek(first)
            while length > 0:
                piece = source.read(min(length, 1 << 16))
                if not piece or not self.raw(piece):
                    return
                length -= len(piece)
                time.sleep(pause)

    def send(self, answer, ranges=True, stop_at=1.0, hang=0.0, extra=0, shift=0, pause=0.0, content_range=True):
        """The answer with its range; the rest are ways to get it wrong."""
        headers, status = dict(answer.headers), answer.status
        total = os.path.getsize(answer.path) if answer.path else len(answer.body)
        first, last = 0, total - 1
        wanted = self.headers.get('Range', '')
        if self.headers.get('If-None-Match') and self.headers['If-None-Match'] == headers.get('ETag') and status == 200:
            self.begin(304, {'ETag': headers['ETag'], 'Content-Length': '0'})
            return
        if answer.path and ranges:
            headers.setdefault('Accept-Ranges', 'bytes')
        if answer.path and ranges and status == 200 and wanted.startswith('bytes='):
            start, _, end = wanted[6:].partition('-')
            first, last = int(start), min(int(end), total - 1) if end else total - 1
            if first >= total or first > last:
                self.begin(416, {'Content-Range': f'bytes */{total}', 'Content-Length': '0'})
                return
            status = 206
            if content_range:
                headers['Content-Range'] = f'bytes {first + shift}-{last + shift}/{total}'
        length = last - first + 1 + extra
        headers['Content-Length'] = str(length)
        if stop_at < 1.0:
            self.close_connection = True
        self.begin(status, headers)
        if self.command == 'HEAD':
            return
        length = int(length * stop_at)
        if answer.path:
            self.copy(answer.path, first, min(length, total - first), pause)
            self.raw(bytes(max(length - (total - first), 0)))
        else:
            self.raw(answer.body[:length])
        if hang:
            time.sleep(hang)
        if stop_at < 1.0:
            self.drop()

    # one request

    def respond(self):
        server, target = self.site_server, self.path
        self.proxied = ''
        if target.startswith('http://'):  # asked as a proxy
            self.proxied, _, rest = target[7:].partition('/')
            target = '/' + rest
        way, path = server.way_of(target)
        count = server.counter.next(way, path) if way else 0
        if self.headers.get('Content-Length'):
            self.rfile.read(int(self.headers['Content-Length']))
        answer = server.site.answer(path, self.headers)
        if way in server_ways.ANSWERS:
            answer = server_ways.ANSWERS[way](answer, server, count)
        elif way in server_ways.TARGETED:
            answer = server_ways.TARGETED[way](answer, server, count, target)
        elif way in server_ways.WIRE or (way in server_ways.ONCE and count == 1):
            self.way = way
            server.write_log(self, 0, {}, started=True)
            {**server_ways.WIRE, **server_ways.ONCE}[way](self, answer)
            return
        self.send(answer)

    do_GET = do_HEAD = do_POST = respond

    def do_CONNECT(self):
        """A proxy's tunnel: whatever the host asked for, it ends at our own TLS port."""
        self.proxied = self.path
        self.site_server.write_log(self, 200, {})
        self.raw(b'HTTP/1.1 200 Connection established\r\n\r\n')
        with socket.create_connection(('127.0.0.1', self.site_server.tls_port)) as other:
            back = threading.Thread(target=pump, args=(other, self.connection), daemon=True)
            back.start()
            pump(self.connection, other)
        self.close_connection = True


def pump(source, sink):
    try:
        while piece := source.recv(1 << 16):
            sink.sendall(piece)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        pass


class Listener(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    request_queue_size = 64
    connections = 0

    def server_bind(self):  # without the name look-up of the standard one
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = self.server_address[:2]

    def handle_error(self, *_):
        pass  # clients that hang up, or speak no TLS, are part of the tests

    def process_request(self, request, client_address):
        self.connections += 1
        super().process_request(request, client_address)


class Listener6(Listener):
    address_family = socket.AF_INET6


class ModelServer:
    def __init__(self, folder, tls):
        self.folder, self.counter, self.lock = folder, server_ways.Counter(), threading.Lock()
        self.log = open(os.path.join(folder, 'log'), 'a', encoding='utf-8')
        self.addresses, self.tls_port = {}, 0
        hub, cdn = self.listen('hub'), self.listen('cdn')
        self.addresses = {'hub': f'http://127.0.0.1:{hub}', 'cdn': f'http://localhost:{cdn}'}
        try:
            self.addresses['hub6'] = f"http://[::1]:{self.listen('hub6', kind=Listener6, host='::1')}"
        except OSError:
            pass  # no IPv6 here
        self.site = Site(folder, self.addresses['cdn'])
        if tls:
            ca, good, wrong = certificates(os.path.join(folder, 'certificates'))
            self.tls_port = self.listen('tls', good)
            self.addresses.update(ca=ca, tls=f'https://localhost:{self.tls_port}',
                                  wrong_host=f"https://localhost:{self.listen('wrong_host', wrong)}")

    def listen(self, name, certificate=None, kind=Listener, host='127.0.0.1'):
        handler = type('Handler', (Handler,), {'site_server': self, 'port': name, 'proxied': '', 'way': ''})
        listener = kind((host, 0), handler)
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            listener.socket = context.wrap_socket(listener.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=listener.serve_forever, kwargs={'poll_interval': 0.1}, daemon=True).start()
        return listener.server_port

    def way_of(self, target):
        if target.startswith('/~'):
            way, _, rest = target[2:].partition('/')
            return way, '/' + rest
        try:
            with open(os.path.join(self.folder, 'way'), encoding='utf-8') as text:
                way, _, part = text.read().strip().partition(' ')
        except OSError:
            return '', target
        return (way if part in target else ''), target

    def write_log(self, handler, status, headers, started=False):
        headers_in = handler.headers
        line = {'port': handler.port, 'method': handler.command, 'path': handler.path, 'status': status,
                'range': headers_in.get('Range'), 'authorization': headers_in.get('Authorization'),
                'if_none_match': headers_in.get('If-None-Match'), 'accept_encoding': headers_in.get('Accept-Encoding'),
                'user_agent': headers_in.get('User-Agent'), 'proxied': handler.proxied,
                'connection': handler.client_address[1], 'bytes': int(headers.get('Content-Length', 0))}
        if started:
            line['way'] = handler.way
        with self.lock:
            self.log.write(json.dumps(line) + '\n')
            self.log.flush()


def certificates(folder):
    """An authority of our own, a certificate of it for this server, and one for another host; needs openssl."""
    os.makedirs(folder, exist_ok=True)

    def openssl(*arguments):
        subprocess.run(['openssl', *arguments], cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    new_key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2']
    openssl('req', '-x509', *new_key, '-keyout', 'ca.key', '-out', 'ca.pem', '-subj', '/CN=Test authority')
    for name, hosts in (('good', 'DNS:localhost,DNS:hub.example,IP:127.0.0.1'), ('wrong', 'DNS:elsewhere.example')):
        with open(os.path.join(folder, f'{name}.ext'), 'w', encoding='ascii') as extension:
            extension.write(f'subjectAltName={hosts}\n')
        openssl('req', *new_key, '-keyout', f'{name}.key', '-out', f'{name}.csr', '-subj', f'/CN={name}')
        openssl('x509', '-req', '-in', f'{name}.csr', '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2',
                '-extfile', f'{name}.ext', '-out', f'{name}.pem')
    path = lambda name: os.path.join(folder, name)
    return path('ca.pem'), (path('good.pem'), path('good.key')), (path('wrong.pem'), path('wrong.key'))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('folder')
    parser.add_argument('--tls', action='store_true')
    arguments = parser.parse_args()
    parent = os.getppid()
    server = ModelServer(os.path.realpath(arguments.folder), arguments.tls)
    ready = os.path.join(server.folder, 'addresses')
    with open(ready + '.new', 'w', encoding='utf-8') as out:
        out.writelines(f"{name}='{address}'\n" for name, address in server.addresses.items())
    os.replace(ready + '.new', ready)
    while os.getppid() == parent:
        time.sleep(0.25)


if __name__ == '__main__':
    sys.exit(main())
