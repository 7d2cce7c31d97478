# SPDX-License-Identifier: MIT
"""What a hub, a registry and a file server answer, from a folder:

hub/OWNER/REPO/...         as Hugging Face; repo.json beside the files may say {"gated", "private", "license", "base_model"}
ms/OWNER/REPO/...          as ModelScope
ollama/SPACE/NAME/TAG/...  as Ollama's registry: model.gguf, projector.gguf, adapter.gguf, template, params, license
files/...                  as any web server
"""
import dataclasses
import hashlib
import json
import os
import urllib.parse

TOKEN = 'hf_tokenfortests'


@dataclasses.dataclass
class Answer:
    status: int = 200
    headers: dict = dataclasses.field(default_factory=dict)
    body: bytes = b''
    path: str = ''  # a file instead of the body; ranges apply to it


def document(value, status=200, **headers):
    raw = json.dumps(value).encode()
    headers = {'Content-Type': 'application/json; charset=utf-8', **{k.replace('_', '-'): v for k, v in headers.items()}}
    return Answer(status, headers, raw)


def digest(path):
    """Stands for the content's hash: files of a hundred gigabytes are holes, nobody reads them."""
    return hashlib.sha256(f'{os.path.basename(path)} {os.path.getsize(path)} {os.path.getmtime(path)}'.encode()).hexdigest()


def listed(folder):
    for at, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            if name != 'repo.json':
                path = os.path.join(at, name)
                yield os.path.relpath(path, folder), path


class Site:
    def __init__(self, root, cdn):
        self.root, self.cdn = os.path.realpath(root), cdn

    def inside(self, *parts):
        """A path under the root, or None for what is not there or tries to leave."""
        path = os.path.realpath(os.path.join(self.root, *parts))
        return path if path.startswith(self.root + os.sep) and os.path.exists(path) else None

    def answer(self, target, headers):
        path, _, query = target.partition('?')
        parts = [urllib.parse.unquote(part) for part in path.split('/') if part]
        query = dict(urllib.parse.parse_qsl(query))
        token = headers.get('Authorization', '')
        if parts[:2] == ['api', 'models'] and len(parts) >= 4:
            return self.hub_listing(parts[2:], query, token)
        if parts[:3] == ['api', 'v1', 'models']:
            return self.scope_listing(parts[3:], query)
        if parts[:1] == ['v2']:
            return self.registry(parts[1:])
        if parts[:1] == ['models'] and 'resolve' in parts:
            return self.scope_file(parts[1:])
        if len(parts) > 4 and parts[2] == 'resolve':
            return self.hub_file(parts, token)
        if parts[:1] == ['cdn']:
            return self.cdn_file(parts[1:], query, token)
        found = self.inside('files', *parts[1:]) if parts[:1] == ['files'] else None
        if found and os.path.isfile(found):
            return Answer(200, {'ETag': f'"{digest(found)[:32]}"', 'Content-Type': 'application/octet-stream'}, path=found)
        return Answer(404, {'Content-Type': 'text/html'}, b'<html><body><h1>404 Not Found</h1></body></html>')

    # Hugging Face

    def repository(self, owner, repo):
        folder = self.inside('hub', owner, repo)
        if not folder:
            return None, {}
        about = os.path.join(folder, 'repo.json')
        if not os.path.exists(about):
            return folder, {}
        with open(about, encoding='utf-8') as text:
            return folder, json.load(text)

    def refusal(self, folder, about, token, files):
        """What the hub says to who may not see it; a repository that is not there looks like a private one."""
        known = token == f'Bearer {TOKEN}'
        if token and not known:
            return document({'error': 'Invalid credentials in Authorization header'}, 401, X_Error_Code='InvalidToken')
        if folder and about.get('private') and not known:
            folder = None
        if not folder:
            if known:
                return document({'error': 'Repository not found'}, 404, X_Error_Code='RepoNotFound',
                                X_Error_Message='Repository not found')
            return document({'error': 'Invalid username or password.'}, 401, X_Error_Code='RepoNotFound',
                            X_Error_Message='Invalid username or password.')
        if files and about.get('gated') and not (known and about.get('granted')):
            return document({'error': 'Access to model is restricted.'}, 403 if known else 401, X_Error_Code='GatedRepo',
                            X_Error_Message='Access to model is restricted. You must have access to it and be authenticated.')
        return None

    def commit(self, folder):
        state = '\n'.join(f'{name} {digest(path)}' for name, path in listed(folder))
        return hashlib.sha1(state.encode()).hexdigest()

    def hub_listing(self, parts, query, token):
        folder, about = self.repository(*parts[:2])
        refused = self.refusal(folder, about, token, files=False)
        if refused:
            return refused
        commit = self.commit(folder)
        if len(parts) > 3 and parts[2] == 'revision' and parts[3] not in ('main', commit):
            return document({'error': f'Invalid rev id: {parts[3]}'}, 404, X_Error_Code='RevisionNotFound')
        siblings = []
        for name, path in listed(folder):
            entry = {'rfilename': name}
            if query.get('blobs'):
                entry.update(size=os.path.getsize(path), blobId=digest(path)[:40])
                if name.endswith(('.gguf', '.safetensors', '.bin')):
                    entry['lfs'] = {'sha256': digest(path), 'size': os.path.getsize(path), 'pointerSize': 135}
            siblings.append(entry)
        card = {key: about[key] for key in ('license', 'base_model') if key in about}
        return document({'_id': '0' * 24, 'id': '/'.join(parts[:2]), 'modelId': '/'.join(parts[:2]), 'sha': commit,
                         'private': bool(about.get('private')), 'gated': about.get('gated', False), 'disabled': False,
                         'tags': [], 'cardData': card, 'siblings': siblings},
                        ETag=f'W/"{hashlib.sha1((commit + str(sorted(about))).encode()).hexdigest()}"')

    def hub_file(self, parts, token):
        folder, about = self.repository(*parts[:2])
        refused = self.refusal(folder, about, token, files=True)
        if refused:
            return refused
        path = self.inside(folder, *parts[4:])
        if not path or not os.path.isfile(path):
            return document({'error': 'Entry not found'}, 404, X_Error_Code='EntryNotFound')
        commit = self.commit(folder)
        if parts[3] not in ('main', commit):
            return document({'error': 'Invalid rev id'}, 404, X_Error_Code='RevisionNotFound')
        about = {'X-Repo-Commit': commit, 'X-Linked-Size': str(os.path.getsize(path)), 'X-Linked-ETag': f'"{digest(path)}"'}
        if not path.endswith(('.gguf', '.safetensors', '.bin')):
            return Answer(200, {**about, 'ETag': f'"{digest(path)[:40]}"', 'Content-Type': 'text/plain'}, path=path)
        return self.to_cdn(path, 302, about)

    def to_cdn(self, path, status, headers):
        inside = urllib.parse.quote(os.path.relpath(path, self.root))
        signature = hashlib.sha256(inside.encode()).hexdigest()[:16]
        return Answer(status, {**headers, 'Content-Type': 'text/plain',
                               'Location': f'{self.cdn}/cdn/{inside}?Expires=4102444800&Signature={signature}'},
                      b'Found. Redirecting.')

    def cdn_file(self, parts, query, token):
        path = self.inside(*parts)
        if token:
            return document({'error': 'Only one auth mechanism allowed'}, 400)
        if 'Signature' not in query or not path:
            return Answer(403, {'Content-Type': 'application/xml'}, b'<Error><Code>AccessDenied</Code></Error>')
        return Answer(200, {'ETag': f'"{digest(path)[:32]}"', 'Content-Type': 'application/octet-stream'}, path=path)

    # ModelScope

    def scope_listing(self, parts, query):
        folder = self.inside('ms', *parts[:2])
        if not folder or parts[2:] != ['repo', 'files']:
            return document({'Code': 10010205001, 'Message': 'Record not found', 'Success': False}, 404)
        files = [{'Name': os.path.basename(name), 'Path': name, 'Size': os.path.getsize(path), 'Type': 'blob', 'IsLFS': True,
                  'Sha256': digest(path), 'Revision': self.commit(folder)} for name, path in listed(folder)]
        return document({'Code': 200, 'Data': {'Files': files, 'IsVisual': 0}, 'Message': 'success', 'Success': True})

    def scope_file(self, parts):
        path = self.inside('ms', *parts[:2], *parts[4:])
        if not path or not os.path.isfile(path):
            return document({'Code': 10010205001, 'Message': 'File not found', 'Success': False}, 404)
        return self.to_cdn(path, 302, {})

    # Ollama's registry

    LAYERS = {'model.gguf': 'model', 'projector.gguf': 'projector', 'adapter.gguf': 'adapter', 'template': 'template',
              'params': 'params', 'license': 'license'}

    def registry(self, parts):
        if len(parts) == 4 and parts[2] == 'manifests':
            folder = self.inside('ollama', *parts[:2], parts[3])
            if not folder:
                return document({'errors': [{'code': 'MANIFEST_UNKNOWN', 'message': 'manifest unknown',
                                             'detail': {'Tag': parts[3]}}]}, 404)
            return self.manifest(folder)
        folder = self.inside('ollama', *parts[:2]) if len(parts) == 4 and parts[2] == 'blobs' else None
        for _, path in listed(folder) if folder else ():
            if f'sha256:{digest(path)}' == parts[3]:
                return self.to_cdn(path, 307, {'Docker-Distribution-Api-Version': 'registry/2.0'})
        return document({'errors': [{'code': 'BLOB_UNKNOWN', 'message': 'blob unknown to registry'}]}, 404)

    def manifest(self, folder):
        def layer(kind, path):
            return {'mediaType': kind, 'digest': f'sha256:{digest(path)}', 'size': os.path.getsize(path)}

        config = os.path.join(folder, 'config')
        if not os.path.exists(config):
            with open(config, 'w', encoding='utf-8') as out:
                json.dump({'model_format': 'gguf', 'model_family': 'qwen2', 'model_type': '7.6B', 'file_type': 'Q4_K_M',
                           'architecture': 'amd64', 'os': 'linux', 'rootfs': {'type': 'layers', 'diff_ids': []}}, out)
        kind = 'application/vnd.docker.distribution.manifest.v2+json'
        layers = [layer(f'application/vnd.ollama.image.{part}', os.path.join(folder, name))
                  for name, part in self.LAYERS.items() if os.path.exists(os.path.join(folder, name))]
        raw = document({'schemaVersion': 2, 'mediaType': kind, 'layers': layers,
                        'config': layer('application/vnd.docker.container.image.v1+json', config)})
        raw.headers.update({'Content-Type': kind, 'Docker-Content-Digest': f'sha256:{hashlib.sha256(raw.body).hexdigest()}'})
        return raw
