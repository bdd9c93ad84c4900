import com.aliyun.openservices.log.common.FastLog;
import com.aliyun.openservices.log.common.FastLogContent;
import com.aliyun.openservices.log.common.FastLogGroup;
import com.aliyun.openservices.log.common.LogGroupData;
import com.aliyun.openservices.loghub.client.ClientWorker;
import com.aliyun.openservices.loghub.client.ILogHubCheckPointTracker;
import com.aliyun.openservices.loghub.client.config.LogHubConfig;
import com.aliyun.openservices.loghub.client.exceptions.LogHubCheckPointException;
import com.aliyun.openservices.loghub.client.interfaces.ILogHubProcessor;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * An ordinary consumer built on the unmodified official Java library. Says on standard output what happens to it, one JSON array a line: {@code ["init",
 * shard]}, {@code ["logs", shard, [emu_seq, ...]]}, {@code ["gone", shard]}. Ends in an orderly way when standard input does.
 *
 * <p>The library accepts neither an address nor a port as its endpoint: the name stands in {@code hosts}, which only this JVM reads, and whoever starts
 * this listens at port 80 of the address there.
 */
final class Consume implements ILogHubProcessor {
  private int shard;

  @Override
  public void initialize(int shard) {
    this.shard = shard;
    say("[\"init\"," + shard + "]");
  }

  @Override
  public String process(List<LogGroupData> groups, ILogHubCheckPointTracker tracker) {
    List<String> found = new ArrayList<>();
    for (LogGroupData data : groups) {
      FastLogGroup group = data.GetFastLogGroup();
      for (int at = 0; at < group.getLogsCount(); at++) collect(group.getLogs(at), found);
    }
    say("[\"logs\"," + shard + ",[" + found.stream().map(text -> '"' + text + '"').collect(Collectors.joining(",")) + "]]");
    save(tracker);
    return null;
  }

  @Override
  public void shutdown(ILogHubCheckPointTracker tracker) {
    save(tracker);
    say("[\"gone\"," + shard + "]");
  }

  private static void collect(FastLog log, List<String> found) {
    for (int at = 0; at < log.getContentsCount(); at++) {
      FastLogContent content = log.getContents(at);
      if (content.getKey().equals("emu_seq")) found.add(content.getValue());
    }
  }

  private static void save(ILogHubCheckPointTracker tracker) {
    try {
      tracker.saveCheckPoint(true);
    } catch (LogHubCheckPointException error) {
      System.err.println(error);
    }
  }

  private static synchronized void say(String line) {
    System.out.println(line);
  }

  public static void main(String[] args) throws Exception {
    LogHubConfig config =
        new LogHubConfig(
            System.getenv("GROUP"), System.getenv("CONSUMER"), "http://emulator.example", System.getenv("PROJECT"), System.getenv("LOGSTORE"),
            "emulator", "emulator", LogHubConfig.ConsumePosition.BEGIN_CURSOR);
    config.setHeartBeatIntervalMillis(1000);
    config.setTimeoutInSeconds(6);
    config.setFetchIntervalMillis(100);
    config.setConsumeInOrder("yes".equals(System.getenv("IN_ORDER")));
    ClientWorker worker = new ClientWorker(Consume::new, config);
    Thread thread = new Thread(worker);
    thread.start();
    while (System.in.read() >= 0) {}
    worker.shutdown();
    thread.join();
    System.exit(0);
  }
}
