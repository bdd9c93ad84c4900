import com.aliyun.openservices.log.Client;
import com.aliyun.openservices.log.common.ConsumerGroup;
import com.aliyun.openservices.log.common.ConsumerGroupShardCheckPoint;
import com.aliyun.openservices.log.common.Consts.CompressType;
import com.aliyun.openservices.log.common.Consts.CursorMode;
import com.aliyun.openservices.log.common.FastLog;
import com.aliyun.openservices.log.common.FastLogGroup;
import com.aliyun.openservices.log.common.LogGroupData;
import com.aliyun.openservices.log.exception.LogException;
import com.aliyun.openservices.log.http.client.ClientConfiguration;
import com.aliyun.openservices.log.http.signer.SignVersion;
import com.aliyun.openservices.log.request.PullLogsRequest;
import com.aliyun.openservices.log.response.PullLogsResponse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * A consumer on the requests of the unmodified official Java SDK, without its consumer library, which signs with V1 and reads LZ4 only. Says the same as
 * {@link Consume}, and reaches the emulator in the same way.
 */
final class Pull {
  private static final String PROJECT = System.getenv("PROJECT");
  private static final String LOGSTORE = System.getenv("LOGSTORE");
  private static final String GROUP = System.getenv("GROUP");
  private static final String CONSUMER = System.getenv("CONSUMER");
  private static final int TIMEOUT_SECONDS = 6;
  private static final int PAUSE_MS = 100;

  private final Client client;
  /** Where each shard that is ours is read on. */
  private final Map<Integer, String> cursors = new TreeMap<>();

  private Pull() {
    ClientConfiguration configuration = new ClientConfiguration();
    configuration.setSignatureVersion(SignVersion.valueOf(System.getenv("AUTH").toUpperCase(Locale.ROOT)));
    configuration.setRegion("cn-hangzhou");
    client = new Client("http://emulator.example", "emulator", "emulator", configuration);
  }

  private void join() throws LogException {
    try {
      client.CreateConsumerGroup(PROJECT, LOGSTORE, new ConsumerGroup(GROUP, TIMEOUT_SECONDS, false));
    } catch (LogException error) {
      if (!error.getErrorCode().equals("ConsumerGroupAlreadyExist")) throw error;
    }
  }

  private void beat() throws LogException {
    List<Integer> ours = client.HeartBeat(PROJECT, LOGSTORE, GROUP, CONSUMER, new ArrayList<>(cursors.keySet())).getShards();
    for (int shard : new ArrayList<>(cursors.keySet())) if (!ours.contains(shard)) leave(shard);
    for (int shard : ours) if (!cursors.containsKey(shard)) enter(shard);
  }

  private void enter(int shard) throws LogException {
    String stored = "";
    for (ConsumerGroupShardCheckPoint each : client.GetCheckPoint(PROJECT, LOGSTORE, GROUP, shard).getCheckPoints()) stored = each.getCheckPoint();
    cursors.put(shard, stored.isEmpty() ? client.GetCursor(PROJECT, LOGSTORE, shard, CursorMode.BEGIN).GetCursor() : stored);
    say("[\"init\"," + shard + "]");
  }

  private void leave(int shard) {
    cursors.remove(shard);
    say("[\"gone\"," + shard + "]");
  }

  private void read(int shard) throws LogException {
    PullLogsRequest request = new PullLogsRequest(PROJECT, LOGSTORE, shard, 100, cursors.get(shard));
    request.setCompressType(CompressType.fromString(System.getenv("COMPRESSION")));
    PullLogsResponse response = client.pullLogs(request);
    List<String> found = new ArrayList<>();
    for (LogGroupData data : response.getLogGroups()) {
      FastLogGroup group = data.GetFastLogGroup();
      for (int at = 0; at < group.getLogsCount(); at++) collect(group.getLogs(at), found);
    }
    if (response.getNextCursor().equals(cursors.get(shard))) return;
    say("[\"logs\"," + shard + ",[" + found.stream().map(text -> '"' + text + '"').collect(Collectors.joining(",")) + "]]");
    cursors.put(shard, response.getNextCursor());
    client.UpdateCheckPoint(PROJECT, LOGSTORE, GROUP, CONSUMER, shard, response.getNextCursor());
  }

  private static void collect(FastLog log, List<String> found) {
    for (int at = 0; at < log.getContentsCount(); at++) {
      if (log.getContents(at).getKey().equals("emu_seq")) found.add(log.getContents(at).getValue());
    }
  }

  private static void say(String line) {
    System.out.println(line);
  }

  private static void awaitEnd(CountDownLatch ended) {
    try {
      while (System.in.read() >= 0) {}
    } catch (IOException error) {
      System.err.println(error);
    }
    ended.countDown();
  }

  public static void main(String[] args) throws Exception {
    CountDownLatch ended = new CountDownLatch(1);
    Thread input = new Thread(() -> awaitEnd(ended));
    input.setDaemon(true);
    input.start();
    Pull pull = new Pull();
    pull.join();
    do {
      pull.beat();
      for (int shard : new ArrayList<>(pull.cursors.keySet())) pull.read(shard);
    } while (!ended.await(PAUSE_MS, TimeUnit.MILLISECONDS));
    for (int shard : new ArrayList<>(pull.cursors.keySet())) pull.leave(shard);
    pull.client.HeartBeat(PROJECT, LOGSTORE, GROUP, CONSUMER, new ArrayList<>());
    System.exit(0);
  }
}
