package archive

import (
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holterd/holter/pkg/ecg"
)

func at(t time.Time) func() time.Time { return func() time.Time { return t } }

func put(t *testing.T, w *writer, chunks ...*chunk) outcome {
	t.Helper()
	out, err := w.put(chunks)
	require.NoError(t, err)
	return out
}

func TestWhatIsPutIsRead(t *testing.T) {
	root := t.TempDir()
	tp := newTape("chest-1", 20, 250) // over the full hour
	w := newWriter(root, 0, time.Now)
	for _, c := range tp.chunks(time.Second) {
		require.Equal(t, outcome{kept: 1}, put(t, w, c))
	}
	holdsTape(t, root, tp)
	unsealed := recordsAreWFDB(t, root, "anna", "chest-1")
	require.Len(t, unsealed, 2, "one for each hour")
	require.Len(t, unsealed[1].ADC[0], 10*250, "also the one that is being written")
	require.NoError(t, w.close())
	holdsTape(t, root, tp)
	for i, raw := range recordsAreWFDB(t, root, "anna", "chest-1") {
		require.EqualValues(t, 2500, raw.Samples)
		require.Equal(t, tp.adc[0][i*2500:][:2500], raw.ADC[0])
		require.Equal(t, tp.gain[1], raw.Signals[1].Gain)
		require.Equal(t, tp.start.Add(time.Duration(i)*10*time.Second).Truncate(time.Microsecond), raw.Start)
	}
}

func TestEverythingAgainChangesNothing(t *testing.T) {
	root := t.TempDir()
	tp := newTape("chest-1", 20, 250)
	chunks := tp.chunks(time.Second)
	w := newWriter(root, 0, time.Now)
	require.Equal(t, outcome{kept: 20, repeated: 20}, put(t, w, slices.Concat(chunks, chunks)...))
	require.NoError(t, w.close())
	again := newWriter(root, 0, time.Now)
	require.Equal(t, outcome{repeated: 20}, put(t, again, chunks...))
	holdsTape(t, root, tp)
}

func TestOutOfOrder(t *testing.T) {
	root := t.TempDir()
	tp := newTape("chest-1", 8, 250)
	c := tp.chunks(time.Second)
	w := newWriter(root, 0, time.Now)
	put(t, w, c[0], c[1], c[3], c[4])
	put(t, w, c[2], c[3], c[6])
	put(t, w, c[7], c[5])
	holdsTape(t, root, tp)
}

// A kill may leave any part of what was not yet synced.
func TestKilledWhileItWrites(t *testing.T) {
	tp := newTape("chest-1", 6, 100)
	chunks := tp.chunks(time.Second)
	frame, from := 4, 3
	for _, dat := range []int{0, 1, 399, 400, 1200} {
		for _, idx := range []int{-1, 0, 7, entryBytes, entryBytes + 19} {
			root := t.TempDir()
			w := newWriter(root, 0, time.Now)
			put(t, w, chunks[:from]...)
			paths, err := segmentsIn(filepath.Join(root, "anna", "chest-1"), dawn, dusk)
			require.NoError(t, err)
			garbage := slices.Repeat([]byte{0xff}, 1200)
			require.NoError(t, writeAt(paths[0]+samples, garbage[:dat], int64(from*100*frame)))
			if idx >= 0 {
				require.NoError(t, writeAt(paths[0]+index, garbage[:idx], int64(from*entryBytes)))
			}
			require.Len(t, all(t, whole(t, root, "anna")[0])[0], from*100, "garbage is not read")

			again := newWriter(root, 0, time.Now)
			require.Equal(t, outcome{kept: 3, repeated: 3}, put(t, again, chunks[1:5]...).plus(put(t, again, chunks[4:]...)))
			require.NoError(t, again.close())
			holdsTape(t, root, tp)
			require.Equal(t, tp.adc[1], recordsAreWFDB(t, root, "anna", "chest-1")[0].ADC[1])
		}
	}
}

func (o outcome) plus(p outcome) outcome {
	return outcome{o.kept + p.kept, o.repeated + p.repeated, o.expired + p.expired}
}

func TestWhatBeginsASegment(t *testing.T) {
	change := func(name string, do func(c *chunk)) {
		t.Run(name, func(t *testing.T) {
			root := t.TempDir()
			tp := newTape("chest-1", 6, 250)
			chunks := tp.chunks(time.Second)
			for _, c := range chunks[3:] {
				do(c)
			}
			put(t, newWriter(root, 0, time.Now), chunks...)
			got := whole(t, root, "anna")
			require.Len(t, got, 2)
			if chunks[3].start.Before(tp.start) {
				slices.Reverse(got)
			}
			require.Equal(t, 750, got[0].Len())
			require.Equal(t, chunks[3].shape, shape{got[1].Rate, got[1].Leads, got[1].Gain})
			require.Equal(t, chunks[3].start, got[1].Start())
			require.Equal(t, chunks[5].adc, must(got[1].ADC(500, 750))(t))
		})
	}
	change("a gap", func(c *chunk) { c.start = c.start.Add(60 * time.Millisecond) })
	change("a clock set back", func(c *chunk) { c.start = c.start.Add(-time.Minute) })
	change("another recording", func(c *chunk) { c.recording = "rec 2\n\"" })
	change("another rate", func(c *chunk) { c.rate = 256 })
	change("another gain", func(c *chunk) { c.gain = []float64{200, 201} })
	change("other leads", func(c *chunk) { c.leads = []string{"MLII", "V5"} })
	change("a lost chunk", func(c *chunk) { c.sequence++; c.start = c.start.Add(time.Second) })
}

func must[T any](v T, err error) func(t *testing.T) T {
	return func(t *testing.T) T { t.Helper(); require.NoError(t, err); return v }
}

func TestJitterIsNoGapAndKeepsItsTime(t *testing.T) {
	root := t.TempDir()
	tp := newTape("chest-1", 6, 250)
	chunks := tp.chunks(time.Second)
	chunks[2].start = chunks[2].start.Add(40 * time.Millisecond)
	put(t, newWriter(root, 0, time.Now), chunks...)
	s := whole(t, root, "anna")
	require.Len(t, s, 1)
	require.Equal(t, chunks[2].start, s[0].TimeAt(500))
	require.Equal(t, chunks[3].start, s[0].TimeAt(750))
	require.Equal(t, 510, s[0].SampleAt(chunks[2].start.Add(41*time.Millisecond)))
	require.Equal(t, 750, s[0].SampleAt(chunks[3].start.Add(time.Millisecond)))
}

func TestWideValuesAndLeadsOff(t *testing.T) {
	root := t.TempDir()
	tp := newTape("chest-1", 4, 250)
	tp.adc[0][10], tp.adc[1][10] = ecg.InvalidSample, ecg.InvalidSample
	tp.adc[0][600], tp.adc[1][700] = math.MaxInt32, ecg.InvalidSample
	w := newWriter(root, 0, time.Now)
	put(t, w, tp.chunks(time.Second)...)
	require.NoError(t, w.close())
	holdsTape(t, root, tp)
	formats := []int{}
	for _, raw := range recordsAreWFDB(t, root, "anna", "chest-1") {
		formats = append(formats, raw.Signals[0].Format)
	}
	require.Equal(t, []int{narrow, wide}, formats)
	rec, err := whole(t, root, "anna")[0].Millivolts(9, 11)
	require.NoError(t, err)
	require.True(t, math.IsNaN(float64(rec.Leads[0].Samples[1])))
	require.Equal(t, float32(tp.adc[0][9])/200, rec.Leads[0].Samples[0])
}

func TestOldSignalIsNotTaken(t *testing.T) {
	tp := newTape("chest-1", 6, 250)
	root := t.TempDir()
	w := newWriter(root, 24*time.Hour, at(tp.start.Add(24*time.Hour+3500*time.Millisecond)))
	require.Equal(t, outcome{kept: 3, expired: 3}, put(t, w, tp.chunks(time.Second)...))
}

func TestARecordingOfTheSameNameIsAnother(t *testing.T) {
	root := t.TempDir()
	a, b := newTape("chest-1", 3, 250), newTape("chest-1", 4, 250)
	b.start = a.start.Add(time.Hour)
	w := newWriter(root, 0, time.Now)
	put(t, w, a.chunks(time.Second)...)
	require.Equal(t, outcome{kept: 4}, put(t, w, b.chunks(time.Second)...))
	got := whole(t, root, "anna")
	require.Len(t, got, 2)
	require.Equal(t, b.adc, all(t, got[1]))
}

func TestTwoDevicesInTheSameMillisecondAndOddNames(t *testing.T) {
	root := t.TempDir()
	w := newWriter(root, 0, time.Now)
	tp := newTape("..", 3, 250)
	tp.patient = ".%2E ä"
	other := newTape("..", 3, 250)
	other.patient, other.recording = tp.patient, "rec 2"
	put(t, w, tp.chunks(time.Second)...)
	put(t, w, other.chunks(time.Second)...)
	require.Len(t, whole(t, root, tp.patient), 2)
	folders, err := list(root)
	require.NoError(t, err)
	require.Len(t, folders, 1)
	require.Equal(t, tp.patient, unfolder(folders[0]))
	require.NoDirExists(t, filepath.Join(root, "..", "2026-02-02"))
}

// A disk that is full is waited for: what was not written is written later.
func TestAFullDisk(t *testing.T) {
	root := t.TempDir()
	tp := newTape("chest-1", 6, 250)
	chunks := tp.chunks(time.Second)
	w := newWriter(root, 0, time.Now)
	put(t, w, chunks[:2]...)
	path := must(segmentsIn(filepath.Join(root, "anna", "chest-1"), dawn, dusk))(t)[0]
	require.NoError(t, os.Remove(path+samples))
	require.NoError(t, os.Symlink("/dev/full", path+samples)) // every write: no space left
	for range 2 {
		_, err := w.put(chunks)
		require.ErrorIs(t, err, syscall.ENOSPC)
		require.ErrorContains(t, err, "the disk of the archive is full")
		require.ErrorContains(t, err, "archive.retention")
	}
	require.NoError(t, os.Remove(path+samples))
	require.NoError(t, os.WriteFile(path+samples, make([]byte, 2*250*4), 0o600))
	require.Equal(t, outcome{kept: 4, repeated: 2}, put(t, w, chunks...))
	require.Equal(t, tp.adc[0][500:], must(whole(t, root, "anna")[0].ADC(500, 1500))(t)[0])
}

func TestSweptUnderTheWritersHands(t *testing.T) {
	root := t.TempDir()
	tp := newTape("chest-1", 6, 250)
	chunks := tp.chunks(time.Second)
	w := newWriter(root, 0, time.Now)
	put(t, w, chunks[:2]...)
	n, err := sweep(root, tp.start.Add(2*time.Hour))
	require.NoError(t, err)
	require.Equal(t, 1, n)
	_, err = w.put(chunks[2:])
	require.ErrorIs(t, err, fs.ErrNotExist)
	put(t, w, chunks[2:]...)
	require.Equal(t, tp.adc[0][500:], all(t, whole(t, root, "anna")[0])[0])
}
