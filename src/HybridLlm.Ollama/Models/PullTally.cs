namespace HybridLlm.Ollama.Models;

/// <summary>Adds the layers of a pull up.</summary>
internal sealed class PullTally
{
    private readonly Dictionary<string, (long Completed, long Total)> _layers = new(StringComparer.Ordinal);
    private string? _layer;

    public PullProgress Add(StatusLine line)
    {
        if (line.Digest != _layer && _layer is not null)
        {
            // Layers come one after the other, and the last line of one may lack some of it.
            _layers[_layer] = (_layers[_layer].Total, _layers[_layer].Total);
        }

        _layer = line.Digest;
        if (_layer is not null)
        {
            _layers[_layer] = (line.Completed, line.Total);
        }

        return new PullProgress
        {
            Status = line.Status,
            CompletedBytes = _layers.Values.Sum(l => l.Completed),
            TotalBytes = _layers.Values.Sum(l => l.Total),
            Done = line.IsSuccess,
        };
    }
}
