import com.aliyun.openservices.log.common.FastLog;
import com.aliyun.openservices.log.common.FastLogContent;
import com.aliyun.openservices.log.common.FastLogGroup;
import com.aliyun.openservices.log.common.FastLogTag;
import com.aliyun.openservices.log.common.LogGroupData;
import com.aliyun.openservices.loghub.client.ClientWorker;
import com.aliyun.openservices.loghub.client.ILogHubCheckPointTracker;
import com.aliyun.openservices.loghub.client.config.LogHubConfig;
import com.aliyun.openservices.loghub.client.exceptions.LogHubCheckPointException;
import com.aliyun.openservices.loghub.client.interfaces.ILogHubProcessor;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;

/**
 * Forwards a logstore to a syslog receiver as one would with the official Java consumer library and nothing else: a connection for each shard, every
 * event written as an RFC 5424 header and {@code ||key=value} text, a batch flushed before its position is saved. A batch that could not be written is
 * written again, over a new connection. Ends in an orderly way when standard input does.
 *
 * <p>The library accepts neither an address nor a port as its endpoint: the name stands in {@code hosts}, which only this JVM reads, and the bench
 * listens at port 80 of the address there.
 */
final class Forward implements ILogHubProcessor {
  private static final byte[] HEAD = bytes("<14>1 ");
  private static final byte[] SENDER = bytes(" forwarder sls - - - ");
  private static final byte[] TAG = bytes("__tag__:");

  private final String host = System.getenv("SYSLOG_HOST");
  private final int port = Integer.parseInt(System.getenv("SYSLOG_PORT"));
  private Socket socket;
  private OutputStream out;

  @Override
  public void initialize(int shard) {}

  @Override
  public String process(List<LogGroupData> groups, ILogHubCheckPointTracker tracker) {
    while (!written(groups)) pause();
    save(tracker, false);
    return null;
  }

  @Override
  public void shutdown(ILogHubCheckPointTracker tracker) {
    save(tracker, true);
    close();
  }

  private static void save(ILogHubCheckPointTracker tracker, boolean now) {
    try {
      tracker.saveCheckPoint(now);
    } catch (LogHubCheckPointException error) {
      System.err.println(error);
    }
  }

  private boolean written(List<LogGroupData> groups) {
    try {
      if (socket == null) {
        socket = new Socket(host, port);
        out = new BufferedOutputStream(socket.getOutputStream(), 64 * 1024);
      }
      for (LogGroupData data : groups) {
        FastLogGroup group = data.GetFastLogGroup();
        for (int at = 0; at < group.getLogsCount(); at++) write(group, group.getLogs(at));
      }
      out.flush();
      return true;
    } catch (IOException error) {
      System.err.println(error);
      close();
      return false;
    }
  }

  private void write(FastLogGroup group, FastLog log) throws IOException {
    out.write(HEAD);
    out.write(bytes(Instant.ofEpochSecond(log.getTime()).toString()));
    out.write(SENDER);
    pair(bytes("__topic__"), group.getTopicBytes());
    pair(bytes("__source__"), group.getSourceBytes());
    for (int at = 0; at < group.getLogTagsCount(); at++) {
      FastLogTag tag = group.getLogTags(at);
      out.write('|');
      out.write('|');
      out.write(TAG);
      out.write(tag.getKeyBytes());
      out.write('=');
      out.write(tag.getValueBytes());
    }
    for (int at = 0; at < log.getContentsCount(); at++) {
      FastLogContent content = log.getContents(at);
      pair(content.getKeyBytes(), content.getValueBytes());
    }
    out.write('\n');
  }

  private void pair(byte[] key, byte[] value) throws IOException {
    out.write('|');
    out.write('|');
    out.write(key);
    out.write('=');
    out.write(value);
  }

  private void close() {
    try {
      if (socket != null) socket.close();
    } catch (IOException error) {
      System.err.println(error);
    }
    socket = null;
  }

  private static void pause() {
    try {
      Thread.sleep(100);
    } catch (InterruptedException error) {
      Thread.currentThread().interrupt();
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  public static void main(String[] args) throws Exception {
    LogHubConfig config =
        new LogHubConfig(
            System.getenv("GROUP"), "java", "http://emulator.example", System.getenv("PROJECT"), System.getenv("LOGSTORE"),
            "emulator", "emulator", LogHubConfig.ConsumePosition.BEGIN_CURSOR);
    ClientWorker worker = new ClientWorker(Forward::new, config);
    Thread thread = new Thread(worker);
    thread.start();
    while (System.in.read() >= 0) {}
    worker.shutdown();
    thread.join();
    System.exit(0);
  }
}
