//go:build unix

package model

import (
	"context"
	"fmt"
	"os"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// benchModel is the folder in HOLTER_MODEL, or the tiny one.
func benchModel() string {
	if dir := os.Getenv("HOLTER_MODEL"); dir != "" {
		return dir
	}
	return tiny
}

// BenchmarkClip asks four questions about each 10 s clip, in batches of clips:
//
//	HOLTER_MODEL=$PWD/models/default go test -bench . -run - ./pkg/model
func BenchmarkClip(b *testing.B) { benchmark(b, "V", "A", "L", "R") }

// BenchmarkQuestion asks one question about each 10 s clip.
func BenchmarkQuestion(b *testing.B) { benchmark(b, "V") }

// cpu is the processor time in seconds that this process has used: unlike the
// time on the wall, it does not depend on who else uses the machine.
func cpu(b *testing.B) float64 {
	var u syscall.Rusage
	require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return float64(u.Utime.Sec+u.Stime.Sec) + float64(u.Utime.Usec+u.Stime.Usec)/1e6
}

func benchmark(b *testing.B, codes ...string) {
	for _, threads := range []int{1, 2} {
		for _, clips := range []int{1, 16} {
			b.Run(fmt.Sprintf("threads=%d/batch=%d", threads, clips), func(b *testing.B) {
				m := openDir(b, benchModel(), Options{Threads: threads, Batch: clips * len(codes)})
				var requests []Request
				for i := range clips {
					clip := wave(7 * i)
					for _, code := range codes {
						requests = append(requests, Localize(question(b, code), clip))
					}
				}
				before := cpu(b)
				for b.Loop() {
					_, err := m.Ask(context.Background(), requests)
					require.NoError(b, err)
				}
				each := 1e3 / float64(b.N*clips)
				b.ReportMetric(b.Elapsed().Seconds()*each, "ms/clip")
				b.ReportMetric((cpu(b)-before)*each, "cpu-ms/clip")
			})
		}
	}
}
