package window_test

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/holterd/holter/pkg/ecg"
	"github.com/holterd/holter/pkg/window"
)

// second is one second of a device's signal at 250 Hz.
func second(n int) window.Chunk {
	return window.Chunk{
		Sequence: uint64(n),
		Start:    time.Date(2026, 3, 1, 8, 0, n, 0, time.UTC),
		Rate:     250,
		Leads:    []string{"MLII"},
		Gain:     []float64{200},
		Samples:  [][]int32{make([]int32, 250)},
		End:      n == 17,
	}
}

func Example() {
	w := window.New(window.Config{})
	for n := range 18 {
		windows, err := w.Push(second(n))
		if err != nil {
			fmt.Println(err)
			return
		}
		for _, win := range windows {
			fmt.Printf("%s to %s, answers for %s to %s\n",
				win.Start.Format("05.00"), win.End().Format("05.00"),
				win.TimeAt(win.CoreFrom).Format("05.00"), win.TimeAt(win.CoreTo).Format("05.00"))
		}
	}
	fmt.Println("ended:", w.Ended())
	// Output:
	// 00.00 to 10.00, answers for 00.00 to 08.00
	// 06.00 to 16.00, answers for 08.00 to 14.00
	// 08.00 to 18.00, answers for 14.00 to 18.00
	// ended: true
}

func ExampleResume() {
	w := window.New(window.Config{})
	for n := range 12 {
		if _, err := w.Push(second(n)); err != nil {
			fmt.Println(err)
			return
		}
	}
	saved, _ := json.Marshal(w.State())

	// After a restart: read again from the chunk that is needed.
	var state window.State
	if err := json.Unmarshal(saved, &state); err != nil {
		fmt.Println(err)
		return
	}
	w = window.Resume(window.Config{}, state)
	first, _ := w.Needs()
	fmt.Println("from chunk", first)
	for n := int(first); n < 18; n++ {
		windows, err := w.Push(second(n))
		if err != nil {
			fmt.Println(err)
			return
		}
		for _, win := range windows {
			fmt.Println("window", win.Index, "from", win.Start.Format("05.00"))
		}
	}
	// Output:
	// from chunk 0
	// window 1 from 06.00
	// window 2 from 08.00
}

func ExampleFromRecording() {
	rec := &ecg.Recording{Rate: 360, Leads: []ecg.Lead{{Name: "MLII", Samples: make([]float32, 3600)}}}
	clip, err := window.FromRecording(rec)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(clip.Len(), "samples at 100 Hz,", len(clip.Scaled(window.ScaleMinMax).Segments()), "segment")
	// Output: 1000 samples at 100 Hz, 1 segment
}

func ExampleResampler() {
	r, err := window.NewResampler(360)
	if err != nil {
		fmt.Println(err)
		return
	}
	var out []float32
	for range 10 { // seconds, as they come
		out = r.Push(out, make([]float64, 360))
	}
	fmt.Println(len(out), "samples are certain,", len(r.Flush(out)), "in all")
	// Output: 990 samples are certain, 1000 in all
}
