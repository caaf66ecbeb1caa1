package mqtt

import (
	"testing"

	paho "github.com/eclipse/paho.mqtt.golang"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"
)

// BenchmarkThrough measures messages of one device, a kibibyte each with up to
// 50 unacknowledged, through the journal to the session.
func BenchmarkThrough(b *testing.B) {
	broker, err := Start(Options{Addr: "127.0.0.1:0", Dir: b.TempDir(), Session: session}, zerolog.Nop())
	require.NoError(b, err)
	options := func(id string) *paho.ClientOptions {
		return paho.NewClientOptions().AddBroker("tcp://" + broker.Addr()).SetClientID(id)
	}
	device := paho.NewClient(options("device"))
	require.NoError(b, wait(device.Connect()))
	arrived := make(chan struct{}, 1<<20)
	ingest := paho.NewClient(options(session).SetCleanSession(false).SetAutoAckDisabled(true))
	require.NoError(b, wait(ingest.Connect()))
	require.NoError(b, wait(ingest.Subscribe("ecg/v1/+/samples", 1, func(_ paho.Client, m paho.Message) {
		m.Ack()
		arrived <- struct{}{}
	})))
	payload := make([]byte, 1<<10)
	b.SetBytes(int64(len(payload)))
	b.ResetTimer()
	var open []paho.Token
	for range b.N {
		open = append(open, device.Publish("ecg/v1/d/samples", 1, false, payload))
		if len(open) == 50 {
			require.NoError(b, wait(open[0]))
			open = open[1:]
		}
	}
	for range b.N {
		<-arrived
	}
	b.StopTimer()
	device.Disconnect(0)
	ingest.Disconnect(0)
	require.NoError(b, broker.Close())
}
