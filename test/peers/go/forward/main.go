// Forwards a logstore to a syslog receiver as one would with the official Go SDK and nothing else: a connection for each shard, every event written as
// an RFC 5424 header and `||key=value` text, a batch flushed before its position is saved. A batch that could not be written is written again, over a
// new connection. Ends in an orderly way when standard input does.
//
// The emulator is reached as a proxy (HTTP_PROXY), as the Python program does.
package main

import (
	"bufio"
	"io"
	"net"
	"os"
	"strconv"
	"sync"
	"time"

	sls "github.com/aliyun/aliyun-log-go-sdk"
	consumer "github.com/aliyun/aliyun-log-go-sdk/consumer"
	"github.com/go-kit/kit/log"
)

// <PRI>VERSION: user.info
const head = "<14>1 "

type connection struct {
	socket net.Conn
	writer *bufio.Writer
}

type forwarder struct {
	address, host string
	mutex         sync.Mutex
	connections   map[int]*connection
}

// Each shard is processed by one goroutine at a time; only the map is shared.
func (f *forwarder) connectionOf(shard int) (*connection, error) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	if known := f.connections[shard]; known != nil {
		return known, nil
	}
	socket, err := net.Dial("tcp", f.address)
	if err != nil {
		return nil, err
	}
	made := &connection{socket, bufio.NewWriterSize(socket, 64*1024)}
	f.connections[shard] = made
	return made, nil
}

func (f *forwarder) forget(shard int) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	f.connections[shard].socket.Close()
	delete(f.connections, shard)
}

func (f *forwarder) process(shard int, groups *sls.LogGroupList, tracker consumer.CheckPointTracker) (string, error) {
	connection, err := f.connectionOf(shard)
	if err != nil {
		return "", err
	}
	for _, group := range groups.LogGroups {
		for _, entry := range group.Logs {
			f.write(connection.writer, group, entry)
		}
	}
	// A bufio.Writer keeps its first error.
	if err := connection.writer.Flush(); err != nil {
		f.forget(shard)
		return "", err
	}
	return "", tracker.SaveCheckPoint(false)
}

func (f *forwarder) write(out *bufio.Writer, group *sls.LogGroup, entry *sls.Log) {
	out.WriteString(head)
	var buffer [32]byte
	out.Write(time.Unix(int64(entry.GetTime()), 0).AppendFormat(buffer[:0], time.RFC3339))
	out.WriteByte(' ')
	out.WriteString(f.host)
	out.WriteString(" sls - - - ")
	pair(out, "__topic__", group.GetTopic())
	pair(out, "__source__", group.GetSource())
	for _, tag := range group.LogTags {
		out.WriteString("||__tag__:")
		out.WriteString(tag.GetKey())
		out.WriteByte('=')
		out.WriteString(tag.GetValue())
	}
	for _, content := range entry.Contents {
		pair(out, content.GetKey(), content.GetValue())
	}
	out.WriteByte('\n')
}

func pair(out *bufio.Writer, key, value string) {
	out.WriteString("||")
	out.WriteString(key)
	out.WriteByte('=')
	out.WriteString(value)
}

func main() {
	host, _ := os.Hostname()
	port, err := strconv.Atoi(os.Getenv("SYSLOG_PORT"))
	if err != nil {
		panic(err)
	}
	address := net.JoinHostPort(os.Getenv("SYSLOG_HOST"), strconv.Itoa(port))
	f := &forwarder{address: address, host: host, connections: map[int]*connection{}}
	worker := consumer.InitConsumerWorkerWithCheckpointTracker(consumer.LogHubConfig{
		Endpoint:           "http://emulator.example",
		AccessKeyID:        "emulator",
		AccessKeySecret:    "emulator",
		Project:            os.Getenv("PROJECT"),
		Logstore:           os.Getenv("LOGSTORE"),
		ConsumerGroupName:  os.Getenv("GROUP"),
		ConsumerName:       "go",
		CursorPosition:     consumer.BEGIN_CURSOR,
		Logger:             log.NewLogfmtLogger(log.NewSyncWriter(os.Stderr)),
	}, f.process)
	worker.Start()
	io.Copy(io.Discard, os.Stdin)
	worker.StopAndWait()
}
