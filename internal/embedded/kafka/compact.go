package kafka

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	kafkago "github.com/segmentio/kafka-go"
)

// Folders of the data folder. The library does not know them.
const (
	guardFolder  = "compaction"      // files of a compaction under way, as they were before
	makingFolder = "compaction.new"  // a guard that is not complete yet
	doneFolder   = "compaction.done" // a guard that is no longer needed
	logFolder    = "partitions"
)

// compact rewrites the compacted topics to the newest record of every key.
// parts are all partitions of the broker: the library compacts every one that
// it can.
//
// It removes the old files first, so they are linked to a second place until
// the new ones are complete. And it applies the topics' retention.ms by the
// way, which may empty them, so that is put aside meanwhile.
func (b *Broker) compact(ctx context.Context, client *kafkago.Client, parts []kafkago.Partition) (err error) {
	var topics []string
	restore := make(map[string]string)
	aside := make(map[string]string)
	for _, p := range parts {
		if b.isCompacted(p.Topic) && !slices.Contains(topics, p.Topic) {
			topics = append(topics, p.Topic)
		}
		info := b.cluster.TopicInfo(p.Topic)
		if info == nil || info.Configs[retentionKey] == nil {
			continue
		}
		restore[p.Topic] = *info.Configs[retentionKey]
		aside[p.Topic] = "-1"
	}
	if err := setRetention(ctx, client, aside); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, setRetention(context.WithoutCancel(ctx), client, restore)) }()
	if err := makeGuard(b.opts.Dir, topics); err != nil {
		return err
	}
	b.cluster.Compact()
	// After this, an interrupted process keeps what was written.
	return dropGuard(b.opts.Dir)
}

const retentionKey = "retention.ms"

// setRetention sets retention.ms of topics.
func setRetention(ctx context.Context, client *kafkago.Client, values map[string]string) error {
	if len(values) == 0 {
		return nil
	}
	request := &kafkago.IncrementalAlterConfigsRequest{}
	for topic, value := range values {
		request.Resources = append(request.Resources, kafkago.IncrementalAlterConfigsRequestResource{
			ResourceType: kafkago.ResourceTypeTopic,
			ResourceName: topic,
			Configs: []kafkago.IncrementalAlterConfigsRequestConfig{{
				Name: retentionKey, Value: value, ConfigOperation: kafkago.ConfigOperationSet,
			}},
		})
	}
	answer, err := client.IncrementalAlterConfigs(ctx, request)
	if err != nil {
		return fmt.Errorf("setting the retention of %d topics: %w", len(values), err)
	}
	for _, r := range answer.Resources {
		if r.Error != nil {
			return fmt.Errorf("setting the retention of topic %s: %w", r.ResourceName, r.Error)
		}
	}
	return nil
}

// makeGuard links the files of the topics' partitions into the guard folder.
// Appends between now and the compaction reach the linked files too: they are
// the same files.
func makeGuard(dir string, topics []string) error {
	making := filepath.Join(dir, makingFolder)
	if err := os.RemoveAll(making); err != nil {
		return err
	}
	if err := os.Mkdir(making, 0o700); err != nil {
		return err
	}
	folders, err := os.ReadDir(filepath.Join(dir, logFolder))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, f := range folders {
		if !f.IsDir() || !isPartitionOf(f.Name(), topics) {
			continue
		}
		if err := linkFiles(filepath.Join(dir, logFolder, f.Name()), filepath.Join(making, f.Name())); err != nil {
			return err
		}
	}
	return os.Rename(making, filepath.Join(dir, guardFolder))
}

func dropGuard(dir string) error {
	done := filepath.Join(dir, doneFolder)
	if err := os.Rename(filepath.Join(dir, guardFolder), done); err != nil {
		return err
	}
	return os.RemoveAll(done)
}

// isPartitionOf reports whether a folder named topic-N is one of the topics'.
func isPartitionOf(folder string, topics []string) bool {
	cut := strings.LastIndexByte(folder, '-')
	if cut < 0 {
		return false
	}
	if _, err := strconv.Atoi(folder[cut+1:]); err != nil {
		return false
	}
	return slices.Contains(topics, folder[:cut])
}

func linkFiles(from, to string) error {
	if err := os.Mkdir(to, 0o700); err != nil {
		return err
	}
	files, err := os.ReadDir(from)
	if err != nil {
		return err
	}
	for _, f := range files {
		if err := os.Link(filepath.Join(from, f.Name()), filepath.Join(to, f.Name())); err != nil {
			return fmt.Errorf("keeping a copy of %s: %w", f.Name(), err)
		}
	}
	return nil
}

// recoverCompaction puts back the partitions that a compaction had not
// completed when the process was killed. It returns how many.
//
// A compaction keeps a partition's last batch and writes it last, and nothing
// is appended before it is complete: so a partition is complete exactly when
// it reaches as far as the files from before.
func recoverCompaction(dir string) (restored int, err error) {
	for _, folder := range []string{makingFolder, doneFolder} {
		if err := os.RemoveAll(filepath.Join(dir, folder)); err != nil {
			return 0, err
		}
	}
	guard := filepath.Join(dir, guardFolder)
	folders, err := os.ReadDir(guard)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	for _, f := range folders {
		before, now := filepath.Join(guard, f.Name()), filepath.Join(dir, logFolder, f.Name())
		endBefore, err := endOffset(before)
		if err != nil {
			return restored, err
		}
		endNow, err := endOffset(now)
		if err != nil {
			return restored, err
		}
		if endNow >= endBefore {
			continue
		}
		if err := os.RemoveAll(now); err != nil {
			return restored, err
		}
		if err := os.Rename(before, now); err != nil {
			return restored, err
		}
		restored++
	}
	return restored, dropGuard(dir)
}
