// An ordinary consumer built on the unmodified official Go SDK. Says on standard output what happens to it, one JSON array a line:
// ["init", shard], ["logs", shard, [emu_seq, ...]], ["gone", shard]. Ends in an orderly way when standard input does.
//
// The emulator is reached as a proxy (HTTP_PROXY): the only way an unmodified client finds it without touching name resolution.
package main

import (
	"encoding/json"
	"io"
	"os"
	"sync"

	sls "github.com/aliyun/aliyun-log-go-sdk"
	consumer "github.com/aliyun/aliyun-log-go-sdk/consumer"
	"github.com/go-kit/kit/log"
)

type teller struct {
	mutex sync.Mutex
	begun map[int]bool
}

func (t *teller) say(event ...any) {
	if err := json.NewEncoder(os.Stdout).Encode(event); err != nil {
		panic(err)
	}
}

// The SDK does not tell when a shard begins, only that it has something.
func (t *teller) begin(shard int) {
	if !t.begun[shard] {
		t.begun[shard] = true
		t.say("init", shard)
	}
}

func (t *teller) Process(shard int, groups *sls.LogGroupList, tracker consumer.CheckPointTracker) (string, error) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	t.begin(shard)
	found := []string{}
	for _, group := range groups.LogGroups {
		for _, entry := range group.Logs {
			for _, content := range entry.Contents {
				if content.GetKey() == "emu_seq" {
					found = append(found, content.GetValue())
				}
			}
		}
	}
	t.say("logs", shard, found)
	return "", tracker.SaveCheckPoint(true)
}

func (t *teller) Shutdown(tracker consumer.CheckPointTracker) error {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	shard := tracker.GetShardId()
	delete(t.begun, shard)
	t.say("gone", shard)
	return nil
}

func or(name, otherwise string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return otherwise
}

func main() {
	compression := sls.Compress_LZ4
	if os.Getenv("COMPRESSION") == "zstd" {
		compression = sls.Compress_ZSTD
	}
	worker := consumer.InitConsumerWorkerWithProcessor(consumer.LogHubConfig{
		Endpoint:                  "http://emulator.example",
		AccessKeyID:               "emulator",
		AccessKeySecret:           "emulator",
		Project:                   os.Getenv("PROJECT"),
		Logstore:                  os.Getenv("LOGSTORE"),
		ConsumerGroupName:         os.Getenv("GROUP"),
		ConsumerName:              os.Getenv("CONSUMER"),
		CursorPosition:            consumer.BEGIN_CURSOR,
		HeartbeatIntervalInSecond: 1,
		DataFetchIntervalInMs:     100,
		InOrder:                   os.Getenv("IN_ORDER") == "yes",
		CompressType:              compression,
		AuthVersion:               sls.AuthVersionType(or("AUTH", "v1")),
		Region:                    "cn-hangzhou",
		Logger:                    log.NewLogfmtLogger(log.NewSyncWriter(os.Stderr)),
	}, &teller{begun: map[int]bool{}})
	worker.Start()
	io.Copy(io.Discard, os.Stdin)
	worker.StopAndWait()
}
