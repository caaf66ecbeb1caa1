// Package archivetest fills archives for the tests of others, through the archiver
// itself.
package archivetest

import (
	"context"
	"math"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kfake"
	"google.golang.org/protobuf/proto"

	"github.com/holterd/holter/internal/archive"
	"github.com/holterd/holter/internal/config"
	"github.com/holterd/holter/internal/kafka"
	"github.com/holterd/holter/pkg/ecg"
	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

const (
	gain   = 1000 // ADC units per millivolt
	within = 60 * time.Second
)

// Fill keeps a recording in the archive in the folder. It begins at rec.Start.
func Fill(t testing.TB, folder, patient, device string, rec *ecg.Recording) {
	t.Helper()
	cluster, err := kfake.NewCluster()
	require.NoError(t, err)
	defer cluster.Close()
	cfg := config.Default()
	cfg.Kafka.Brokers, cfg.Kafka.Partitions = cluster.ListenAddrs(), 1
	cfg.Archive.Folder, cfg.Archive.Retention = folder, 0
	client, err := kafka.NewClient(cfg.Kafka, zerolog.Nop())
	require.NoError(t, err)
	defer func() { require.NoError(t, client.Close()) }()
	require.NoError(t, client.EnsureTopics(t.Context()))
	require.NoError(t, client.NewWriter().Write(t.Context(), kafka.TopicSamples, Chunks(t, patient, device, rec)...))

	service, err := archive.New(cfg, zerolog.Nop(), prometheus.NewRegistry())
	require.NoError(t, err)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- service.Run(ctx) }()
	defer func() { stop(); require.NoError(t, <-ended) }()
	kept, err := archive.Open(folder)
	require.NoError(t, err)
	end := rec.Start.Add(rec.Duration())
	require.Eventually(t, func() bool {
		stretches, err := kept.Read(patient, rec.Start, end)
		return err == nil && len(stretches) == 1 && stretches[0].Len() == rec.Len()
	}, within, 10*time.Millisecond, "the archiver keeps the recording")
}

// Chunks are the messages of ecg.samples of a recording, a second in each.
func Chunks(t testing.TB, patient, device string, rec *ecg.Recording) (all []kafka.Message) {
	t.Helper()
	each := int(rec.Rate)
	for from := 0; from < rec.Len(); from += each {
		chunk := &holterv1.SampleChunk{
			Device: device, Recording: "r", Sequence: uint64(from / each), SamplingRateHz: rec.Rate,
			StartTimeNs: rec.Start.Add(time.Duration(float64(from) / rec.Rate * float64(time.Second))).UnixNano(),
		}
		for _, lead := range rec.Leads {
			out := &holterv1.LeadSamples{Name: lead.Name, Gain: gain}
			for _, v := range lead.Samples[from:min(from+each, rec.Len())] {
				adc := int32(ecg.InvalidSample)
				if !math.IsNaN(float64(v)) {
					adc = int32(math.Round(float64(v) * gain))
				}
				out.Samples = append(out.Samples, adc)
			}
			chunk.Leads = append(chunk.Leads, out)
		}
		value, err := proto.Marshal(chunk)
		require.NoError(t, err)
		all = append(all, kafka.SampleMessage(patient, device, value))
	}
	return all
}
