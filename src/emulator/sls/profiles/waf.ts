import type { Profile } from './profile.js';

const PATHS = ['/', '/login', '/api/v1/orders', '/api/v1/users', '/search', '/wp-login.php', '/.env'] as const;
const AGENTS = [
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Safari/605.1.15',
  'Mozilla/5.0 (X11; Linux x86_64; rv:125.0) Gecko/20100101 Firefox/125.0',
  'sqlmap/1.8.3#stable (https://sqlmap.org)',
  'curl/8.5.0',
] as const;
const QUERIES = ['-', 'page=2&size=50', "id=1' OR '1'='1", 'q=%3Cscript%3Ealert(1)%3C%2Fscript%3E', 'lang=en'] as const;

/** Web Application Firewall access logs (WAF 3.0 log fields). */
export const waf: Profile = {
  groupsPerSegment: 500,
  topic: 'waf_access_log',
  source: () => 'waf_access_log',
  tags: () => [],
  contents: (random, time) => {
    const client = random.publicAddress();
    const blocked = random.below(8) === 0;
    const host = random.pick(['www.example.com', 'shop.example.com', 'api.example.com']);
    return [
      ['user_id', `1${random.below(8)}42000000000001`],
      ['time', new Date(time).toISOString().replace('Z', '+00:00')],
      ['host', host],
      ['matched_host', '*.example.com'],
      ['real_client_ip', client],
      ['remote_addr', client],
      ['remote_port', String(random.between(1024, 65535))],
      ['http_x_forwarded_for', '-'],
      ['https', 'on'],
      ['ssl_protocol', 'TLSv1.3'],
      ['ssl_cipher', 'TLS_AES_128_GCM_SHA256'],
      ['server_protocol', 'HTTP/1.1'],
      ['request_method', random.pick(['GET', 'GET', 'GET', 'POST', 'PUT'])],
      ['request_path', random.pick(PATHS)],
      ['querystring', random.pick(QUERIES)],
      ['request_length', String(random.between(200, 4000))],
      ['request_time_msec', String(random.between(1, 900))],
      ['request_traceid', random.hex(32)],
      ['http_user_agent', random.pick(AGENTS)],
      ['http_referer', `https://${host}${random.pick(PATHS)}`],
      ['http_cookie', `SESSION=${random.hex(32)}; acw_tc=${random.hex(40)}`],
      ['content_type', 'application/json'],
      ['body_bytes_sent', String(random.between(100, 60_000))],
      ['status', blocked ? '405' : random.pick(['200', '200', '200', '302', '404'])],
      ['upstream_addr', `${random.privateAddress()}:443`],
      ['upstream_status', blocked ? '-' : '200'],
      ['upstream_response_time', `0.${random.between(1, 899).toString().padStart(3, '0')}`],
      ['final_plugin', blocked ? 'waf' : ''],
      ['final_action', blocked ? 'block' : ''],
      ['final_rule_id', blocked ? String(random.between(111_000, 119_999)) : ''],
      ['final_rule_type', blocked ? random.pick(['sqli', 'xss', 'webshell']) : ''],
    ];
  },
};
