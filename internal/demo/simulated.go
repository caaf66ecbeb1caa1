package demo

import (
	"fmt"
	"path/filepath"
	"time"

	"github.com/holterd/holter/pkg/ecg"
)

// simulated makes a recording for demonstrations: calm sinus rhythm with single
// PVCs, a couplet, a run and a stretch of bigeminy.
func simulated(dir string) (Recording, error) {
	cfg := ecg.DefaultSimConfig()
	cfg.Name, cfg.Duration, cfg.PVCsPerHour = "simulated", 10*time.Minute, 60
	cfg.Episodes = []ecg.Episode{
		{Kind: ecg.PVCs, At: 40 * time.Second, Beats: 2},
		{Kind: ecg.PVCs, At: 90 * time.Second, Beats: 4},
		{Kind: ecg.Bigeminy, At: 150 * time.Second, Length: 30 * time.Second},
		{Kind: ecg.PVCs, At: 240 * time.Second, Beats: 3},
	}
	rec, annotations, err := ecg.Simulate(cfg)
	if err != nil {
		return Recording{}, err
	}
	if err := ecg.WriteRecord(dir, rec, 212); err != nil {
		return Recording{}, fmt.Errorf("keep the simulated recording: %w", err)
	}
	path := filepath.Join(dir, cfg.Name)
	if err := ecg.WriteAnnotations(path+".atr", annotations); err != nil {
		return Recording{}, fmt.Errorf("keep the simulated recording: %w", err)
	}
	return Recording{Path: path, Reference: path + ".atr", Origin: "the built-in simulator"}, nil
}
