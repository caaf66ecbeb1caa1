package ingest

import (
	"sync"
	"testing"

	mqtt "github.com/eclipse/paho.mqtt.golang"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"

	"github.com/holterd/holter/internal/kafka"
	"github.com/holterd/holter/internal/testport"
	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

func progressRecord(t *testing.T, recording string, windows uint64, ended bool) kafka.Message {
	t.Helper()
	return kafka.Message{Key: kafka.ProgressKey("p", "d", recording), Value: encode(t, &holterv1.Progress{
		Patient: "p", Device: "d", Recording: recording, Windows: windows, Ended: ended, Stored: ended, RefusedEvents: windows,
		Checkpoint: []byte("private"), Events: []*holterv1.Event{{Id: "e"}},
	})}
}

// inbox collects the progress that an onlooker receives.
type inbox struct {
	mu       sync.Mutex
	newest   map[string]*holterv1.Progress // by recording
	retained int
}

func (i *inbox) follow(t *testing.T, client mqtt.Client) {
	t.Helper()
	done(t, client.Subscribe("ecg/v1/d/progress", 1, func(_ mqtt.Client, m mqtt.Message) {
		p := &holterv1.Progress{}
		if err := proto.Unmarshal(m.Payload(), p); err != nil {
			t.Errorf("progress: %v", err)
		}
		i.mu.Lock()
		defer i.mu.Unlock()
		i.newest[p.Recording] = p
		if m.Retained() {
			i.retained++
		}
	}))
}

func (i *inbox) has(want ...*holterv1.Progress) bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	for _, p := range want {
		if !proto.Equal(p, i.newest[p.Recording]) {
			return false
		}
	}
	return true
}

func (i *inbox) fromRetained() int {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.retained
}

func TestRelaysProgressToTheDevice(t *testing.T) {
	stop, address := startMochi(t, testport.Addr(t))
	b := newBench(t, "tcp://"+address, nil).run()
	box := &inbox{newest: make(map[string]*holterv1.Progress)}
	box.follow(t, connect(t, address, "d"))

	writer, partition := b.client.NewWriter(), kafka.PartitionFor("p", 4)
	write := func(records ...kafka.Message) {
		require.NoError(t, writer.WriteTo(t.Context(), kafka.TopicProgress, partition, records...))
	}
	write(progressRecord(t, "r", 1, false), progressRecord(t, "s", 1, false), progressRecord(t, "r", 2, false),
		kafka.Message{Key: []byte("p/d/broken"), Value: []byte("no protobuf")})
	r := &holterv1.Progress{Patient: "p", Device: "d", Recording: "r", Windows: 2, RefusedEvents: 2}
	s := &holterv1.Progress{Patient: "p", Device: "d", Recording: "s", Windows: 1, RefusedEvents: 1}
	b.eventually(func() bool { return box.has(r, s) })

	// Who comes later is told by the retained message.
	late := &inbox{newest: make(map[string]*holterv1.Progress)}
	late.follow(t, connect(t, address, "late"))
	b.eventually(func() bool { return late.has(r) && late.fromRetained() == 1 })

	// While there is no broker, progress waits.
	stop()
	b.eventually(func() bool { return !b.Ready() })
	write(progressRecord(t, "r", 3, true))
	startMochi(t, address)
	b.eventually(b.Ready)
	again := &inbox{newest: make(map[string]*holterv1.Progress)}
	again.follow(t, connect(t, address, "d"))
	r.Windows, r.Ended, r.Stored, r.RefusedEvents = 3, true, true, 3
	b.eventually(func() bool { return again.has(r) })
}
