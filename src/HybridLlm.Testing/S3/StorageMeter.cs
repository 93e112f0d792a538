using HybridLlm.Testing.Ec2.Billing;

namespace HybridLlm.Testing.S3;

/// <summary>What a bucket's bytes cost: they are counted for as long as they lie there.</summary>
internal sealed class StorageMeter(DateTimeOffset start)
{
    private const decimal BytesPerGiB = 1L << 30;

    private long _bytes;
    private decimal _byteHours;
    private DateTimeOffset _changed = start;

    /// <summary>Bytes came (more than 0) or went (less than 0).</summary>
    public void Change(long bytes, DateTimeOffset now)
    {
        _byteHours += _bytes * Meter.Hours(now - _changed);
        _bytes += bytes;
        _changed = now;
    }

    public decimal Usd(DateTimeOffset until)
    {
        var byteHours = _byteHours + (_bytes * Meter.Hours(until - _changed));
        return byteHours / BytesPerGiB * Rates.S3GiBMonth / Rates.HoursPerMonth;
    }
}
