import type { Random } from '../random.js';
import { logtailTags, type Profile } from './profile.js';

const USERS = [
  'kubernetes-admin',
  'system:serviceaccount:kube-system:deployment-controller',
  'system:node:cn-hangzhou.10.0.3.17',
  'system:serviceaccount:ci:deployer',
] as const;
const RESOURCES = [
  ['pods', '', 'v1'],
  ['secrets', '', 'v1'],
  ['deployments', 'apps', 'v1'],
  ['clusterrolebindings', 'rbac.authorization.k8s.io', 'v1'],
] as const;

/** Kubernetes audit events (audit.k8s.io/v1) as the ACK log component writes them: one field per key, objects as JSON. */
export const k8saudit: Profile = {
  groupsPerSegment: 250,
  topic: 'kubernetes_audit',
  source: (random) => random.privateAddress(),
  tags: (random, receivedAt) => logtailTags(random, receivedAt, '/var/log/kubernetes/kubernetes.audit'),
  contents: (random, time) => {
    const [resource, apiGroup, apiVersion] = random.pick(RESOURCES);
    const namespace = random.pick(['default', 'kube-system', 'payments', 'ci']);
    const name = `${resource.slice(0, -1)}-${random.hex(10)}`;
    const verb = random.pick(['get', 'list', 'watch', 'create', 'update', 'patch', 'delete']);
    const stamp = `${new Date(time).toISOString().slice(0, 23)}${random.between(100, 999)}Z`;
    const root = apiGroup === '' ? '/api/v1' : `/apis/${apiGroup}/${apiVersion}`;
    return [
      ['kind', 'Event'],
      ['apiVersion', 'audit.k8s.io/v1'],
      ['level', verb === 'get' ? 'Metadata' : 'RequestResponse'],
      ['auditID', random.uuid()],
      ['stage', 'ResponseComplete'],
      ['requestURI', `${root}/namespaces/${namespace}/${resource}/${name}?timeout=30s`],
      ['verb', verb],
      ['user', JSON.stringify(user(random))],
      ['sourceIPs', JSON.stringify([random.privateAddress()])],
      [
        'userAgent',
        random.pick([
          'kubectl/v1.28.3 (linux/amd64) kubernetes/a8a1abc',
          'kube-controller-manager/v1.28.3',
          'argocd/2.10',
        ]),
      ],
      ['objectRef', JSON.stringify({ resource, namespace, name, uid: random.uuid(), apiGroup, apiVersion })],
      ['responseStatus', JSON.stringify({ metadata: {}, code: random.pick([200, 200, 201, 403, 404]) })],
      ['requestObject', JSON.stringify(manifest(random, name, namespace))],
      ['requestReceivedTimestamp', stamp],
      ['stageTimestamp', stamp],
      ['annotations', '{"authorization.k8s.io/decision":"allow","authorization.k8s.io/reason":"RBAC: allowed"}'],
    ];
  },
};

function user(random: Random): object {
  const username = random.pick(USERS);
  return { username, uid: random.uuid(), groups: ['system:authenticated', 'system:masters'] };
}

function manifest(random: Random, name: string, namespace: string): object {
  const image = `registry.example.com/${namespace}/app@sha256:${random.hex(64)}`;
  return {
    metadata: { name, namespace, labels: { app: 'web', tier: random.pick(['front', 'back']) } },
    spec: {
      replicas: random.between(1, 9),
      containers: [{ name: 'app', image, resources: { limits: { cpu: '500m', memory: '512Mi' } } }],
    },
  };
}
