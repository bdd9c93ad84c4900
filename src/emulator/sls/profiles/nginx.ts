import { logtailTags, type Profile } from './profile.js';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** nginx access logs as Logtail parses the usual `main` log format. */
export const nginx: Profile = {
  groupsPerSegment: 1000,
  topic: 'nginx_access_log',
  source: (random) => random.privateAddress(),
  tags: (random, receivedAt) => logtailTags(random, receivedAt, '/var/log/nginx/access.log'),
  contents: (random, time) => [
    ['remote_addr', random.publicAddress()],
    ['remote_user', '-'],
    ['time_local', localTime(new Date(time))],
    ['request_method', random.pick(['GET', 'GET', 'GET', 'POST', 'HEAD'])],
    [
      'request_uri',
      random.pick(['/', '/index.html', '/static/app.js', '/api/v2/cart', '/suche?q=gr%C3%BC%C3%9Fe', '/产品/列表']),
    ],
    ['status', random.pick(['200', '200', '200', '304', '404', '500'])],
    ['body_bytes_sent', String(random.below(80_000))],
    ['request_length', String(random.between(120, 3000))],
    ['request_time', `0.${random.between(1, 899).toString().padStart(3, '0')}`],
    ['upstream_response_time', `0.${random.between(1, 899).toString().padStart(3, '0')}`],
    ['http_referer', random.pick(['-', 'https://www.example.com/', 'https://search.example.net/'])],
    [
      'http_user_agent',
      random.pick(['Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/124.0.0.0', 'curl/8.5.0', 'Googlebot/2.1']),
    ],
    ['http_x_forwarded_for', random.publicAddress()],
    ['host', 'www.example.com'],
  ],
};

function localTime(date: Date): string {
  const iso = date.toISOString();
  return `${iso.slice(8, 10)}/${MONTHS[date.getUTCMonth()] ?? ''}/${iso.slice(0, 4)}:${iso.slice(11, 19)} +0000`;
}
