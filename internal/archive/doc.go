// Package archive keeps the patients' signal on disk: a service takes it from
// Kafka, and an Archive reads any period of it at once, also the one that is
// being written.
//
// It holds samples as the device measured them, in ADC units, at the device's
// own rate; it neither filters nor resamples. Events are in InfluxDB.
//
// # On disk
//
//	PATIENT/DEVICE/2026-01-31/20260131_083000_250.hea   WFDB header
//	                          20260131_083000_250.dat   its samples
//	                          20260131_083000_250.idx   its chunks
//	PATIENT/.presses                                    symptom button
//
// Each segment is a WFDB record that any WFDB tool reads: a stretch without a
// gap, of one recording, with the same leads, rate and gains, that began in one
// hour (UTC). Its name is the time of its first sample. Samples are in format
// 16, or 32 where some do not fit. The header counts them and has checksums once
// nothing more is expected; before, it says 0, which in WFDB means as many as
// there are.
//
// The .idx file has 20 bytes for each chunk, little-endian: the time stamp of
// its first sample (int64, ns since 1970), the samples per lead in the segment
// up to its end (uint32), how many of its own some lead has a value for
// (uint32), and the CRC-32 of these and of the chunk's ordinal. A chunk is in
// the archive when its entry is: what lies behind in the .dat file is not.
// Chunks of a segment have sequence numbers without a gap, the first of which is
// in the header.
//
// # Once, whatever fails
//
// Samples are synced before their entries are written, entries before the
// offset is committed. A process that is killed, or loses power, at any moment
// leaves at most bytes behind that no entry speaks of; the chunks come again,
// and those that have entries are recognised by recording, sequence number and
// time stamp, also when all of Kafka is read again.
package archive
