"""An ordinary consumer built on the unmodified official SDK. Says on standard output what happens to it, one JSON array a line:
["init", shard], ["logs", shard, [emu_seq, ...]], ["gone", shard]. Ends in an orderly way when standard input does.

The emulator is reached as a proxy (HTTP_PROXY): the only way an unmodified client finds it without touching name resolution.
"""

import json
import os
import sys
import threading

from aliyun.log.consumer import ConsumerProcessorBase, ConsumerWorker, LogHubConfig

lock = threading.Lock()


def say(*event):
    with lock:
        sys.stdout.write(json.dumps(event) + "\n")
        sys.stdout.flush()


class Processor(ConsumerProcessorBase):
    def initialize(self, shard):
        super().initialize(shard)
        say("init", shard)

    def process(self, log_groups, tracker):
        found = [
            content.Value
            for group in log_groups.LogGroups
            for log in group.Logs
            for content in log.Contents
            if content.Key == "emu_seq"
        ]
        say("logs", self.shard_id, found)
        tracker.save_check_point(True)

    def shutdown(self, tracker):
        super().shutdown(tracker)
        say("gone", self.shard_id)


worker = ConsumerWorker(Processor, LogHubConfig(
    "emulator.example",
    "emulator",
    "emulator",
    os.environ["PROJECT"],
    os.environ["LOGSTORE"],
    os.environ["GROUP"],
    os.environ["CONSUMER"],
    heartbeat_interval=1,
    data_fetch_interval=0.1,
    in_order=os.environ.get("IN_ORDER") == "yes",
    auth_version=os.environ.get("AUTH", "v1"),
    region="cn-hangzhou",
    accept_compress_type=os.environ.get("COMPRESSION", "lz4"),
))
worker.start()
sys.stdin.read()
worker.shutdown()
worker.join()
