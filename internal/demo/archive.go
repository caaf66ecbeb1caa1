package demo

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"
)

// Archive is a published recording and the folder that keeps it.
type Archive struct {
	// Name says what it is.
	Name string
	// URL is the folder on the net, with a slash at its end.
	URL string
	// Record is the record's name; Files are its files with their SHA-256.
	Record string
	Files  map[string]string
	// Cache is the folder in which the files are kept.
	Cache  string
	Client *http.Client
}

// MITBIH119 is record 119 of the MIT-BIH Arrhythmia Database (ODC-By 1.0): half an
// hour with many uniform PVCs.
func MITBIH119(cache string) Archive {
	return Archive{
		Name:   "record 119 of the MIT-BIH Arrhythmia Database (PhysioNet, ODC-By 1.0)",
		URL:    "https://physionet.org/files/mitdb/1.0.0/",
		Record: "119",
		Files: map[string]string{
			"119.hea": "658f01382d7280a06e2f4c06363569d477394a6898c69ee788bb383f6092df63",
			"119.dat": "02a286a28e69b441568add915f16a2856b22bab893bf8729ee9654411ed3a5aa",
			"119.atr": "fd919c8ea20eed4a22fb37984977f30ce48d382eefd2d90934bf947a88e0fd7b",
		},
		Cache: filepath.Join(cache, "mitdb-1.0.0"),
		Client: &http.Client{Timeout: 2 * time.Minute, Transport: &http.Transport{
			Proxy:                 http.ProxyFromEnvironment,
			DialContext:           (&net.Dialer{Timeout: 10 * time.Second}).DialContext,
			TLSHandshakeTimeout:   10 * time.Second,
			ResponseHeaderTimeout: 20 * time.Second,
		}},
	}
}

// No file of a recording for demonstrations is longer.
const longestFile = 16 << 20

var errChecksum = errors.New("checksum mismatch")

// Fetch returns the path of the record, without extension, after having got the
// files that the cache does not hold unharmed.
func (a Archive) Fetch(ctx context.Context) (string, error) {
	for name, sum := range a.Files {
		path := filepath.Join(a.Cache, name)
		if content, err := os.ReadFile(path); err == nil && check(content, sum) == nil {
			continue
		}
		if err := a.fetch(ctx, name, sum, path); err != nil {
			return "", fmt.Errorf("get %s from %s: %w", name, a.URL, err)
		}
	}
	return filepath.Join(a.Cache, a.Record), nil
}

func (a Archive) fetch(ctx context.Context, name, sum, path string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, a.URL+name, nil)
	if err != nil {
		return err
	}
	response, err := a.Client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close() //nolint:errcheck // only read from
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("the server answered %s", response.Status)
	}
	content, err := io.ReadAll(io.LimitReader(response.Body, longestFile))
	if err != nil {
		return err
	}
	if err := check(content, sum); err != nil {
		return err
	}
	if err := os.MkdirAll(a.Cache, 0o755); err != nil {
		return fmt.Errorf("make the cache folder: %w", err)
	}
	if err := os.WriteFile(path+".part", content, 0o644); err != nil {
		return fmt.Errorf("keep it: %w", err)
	}
	return os.Rename(path+".part", path)
}

func check(content []byte, sum string) error {
	if got := sha256.Sum256(content); hex.EncodeToString(got[:]) != sum {
		return fmt.Errorf("%w: SHA-256 is %x, %s expected", errChecksum, got, sum)
	}
	return nil
}
