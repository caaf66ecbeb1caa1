package ingest

import (
	"strconv"
	"testing"

	"github.com/twmb/franz-go/pkg/kfake"

	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

// BenchmarkThroughput forwards chunks of one second of two leads at 360 Hz from
// 500 devices. The broker allows 20 unacknowledged messages, as is
// customary, or as many as ingest takes.
func BenchmarkThroughput(b *testing.B) {
	for name, window := range map[string]int{"20 in flight": 20, "256 in flight": 256} {
		b.Run(name, func(b *testing.B) {
			broker := newScriptedBroker(b, window)
			dir := b.TempDir()
			bench := newBench(b, broker.url(), nil, kfake.DataDir(dir)).run()
			payloads, topics := make([][]byte, 500), make([]string, 500)
			for i := range payloads {
				device := "device-" + strconv.Itoa(i)
				c := chunk(device, 0)
				c.SamplingRateHz = 360
				c.Leads = []*holterv1.LeadSamples{lead("MLII", 360), lead("V1", 360)}
				for j := range 360 {
					c.Leads[0].Samples[j], c.Leads[1].Samples[j] = int32(j*37%400-200), int32(j*53%300-150)
				}
				payloads[i], topics[i] = encode(b, c), Topic(device, KindSamples)
			}
			b.SetBytes(int64(len(payloads[0])))
			b.ResetTimer()
			for i := range b.N {
				broker.publish(topics[i%500], payloads[i%500])
			}
			bench.acknowledged(broker)
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "chunks/s")
		})
	}
}
