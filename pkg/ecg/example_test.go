package ecg_test

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/holterd/holter/pkg/ecg"
)

func ExampleParseLead() {
	for _, name := range []string{"MLII", "D3", "avr"} {
		slot, err := ecg.ParseLead(name)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(name, "→", slot)
	}
	// Output:
	// MLII → II
	// D3 → III
	// avr → aVR
}

func ExampleReadRecord() {
	rec, err := ecg.ReadRecord("testdata/odd")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%s: %g Hz, %d samples of %v\n", rec.Name, rec.Rate, rec.Len(), rec.Names())
	fmt.Printf("lead I starts at %.3f mV\n", rec.Leads[0].Samples[0])
	// Output:
	// odd: 360 Hz, 7 samples of [I II V5]
	// lead I starts at -10.235 mV
}

func ExampleReadAnnotations() {
	annotations, err := ecg.ReadAnnotations("testdata/plain.atr")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, a := range annotations[:3] {
		fmt.Println(a.Sample, a.Symbol, a.Aux, ecg.IsBeat(a.Symbol))
	}
	// Output:
	// 5 + (AFIB false
	// 5 N  true
	// 1028 V  true
}

func ExampleDetectQRS() {
	cfg := ecg.DefaultSimConfig()
	cfg.HeartRate, cfg.Duration = 72, 10*time.Second
	rec, _, err := ecg.Simulate(cfg)
	if err != nil {
		fmt.Println(err)
		return
	}
	beats := ecg.DetectQRS(rec.Signals(), rec.Rate)
	minutes := float64(beats[len(beats)-1]-beats[0]) / rec.Rate / 60
	fmt.Printf("%d beats, %.0f per minute\n", len(beats), float64(len(beats)-1)/minutes)
	// Output:
	// 12 beats, 72 per minute
}

func ExampleSimulate() {
	cfg := ecg.DefaultSimConfig()
	cfg.Duration = 20 * time.Second
	cfg.Episodes = []ecg.Episode{{Kind: ecg.PVCs, At: 10 * time.Second, Beats: 3}}
	rec, annotations, err := ecg.Simulate(cfg)
	if err != nil {
		fmt.Println(err)
		return
	}
	ventricular := 0
	for _, a := range annotations {
		if a.Symbol == "V" {
			ventricular++
		}
	}
	fmt.Println(rec.Duration(), rec.Names(), "with", ventricular, "ventricular beats")
	// Output:
	// 20s [MLII V1] with 3 ventricular beats
}

func ExampleWriteRecord() {
	dir, err := os.MkdirTemp("", "ecg")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a temporary folder
	rec := &ecg.Recording{Name: "mine", Rate: 100, Leads: []ecg.Lead{{Name: "II", Samples: []float32{0, 0.5, 1}}}}
	if err := ecg.WriteRecord(dir, rec, 16); err != nil {
		fmt.Println(err)
		return
	}
	header, err := os.ReadFile(filepath.Join(dir, "mine.hea"))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(string(header))
	// Output:
	// mine 1 100 3
	// mine.dat 16 1000(0)/mV 16 0 0 1500 0 II
}

func ExampleRecording_Select() {
	rec := &ecg.Recording{Name: "r", Rate: 100, Leads: []ecg.Lead{{Name: "MLII"}, {Name: "V1"}}}
	second, err := rec.Select("second")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(second.Names())
	_, err = rec.Select("V5")
	fmt.Println(err)
	// Output:
	// [V1]
	// select leads of r: unknown lead name "V5": the leads are MLII, V1
}
