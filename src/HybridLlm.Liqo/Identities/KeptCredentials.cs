using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Resources;

namespace HybridLlm.Liqo.Identities;

/// <summary>
/// What a consumer shows its providers, read once for all of them. Only what anybody may see is kept; the private key is forgotten as soon
/// as it has signed.
/// </summary>
internal sealed class KeptCredentials(LiqoCluster consumer)
{
    private readonly Lock _gate = new();
    private Task<ConsumerCredentials>? _reading;

    /// <summary>The credentials; peerings that ask at once share one read.</summary>
    /// <exception cref="LiqoInstallationException">Liqo has not made its keys.</exception>
    /// <exception cref="UnusableKeyException">The key is of no kind that Liqo uses.</exception>
    public Task<ConsumerCredentials> GetAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_reading is null or { IsCompleted: true, IsCompletedSuccessfully: false })
            {
                // Not one asker's to cancel.
                _reading = ReadAsync(CancellationToken.None);
            }

            return _reading.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Forgets them, for those who cannot tell by a signature whether the cluster's key was replaced.</summary>
    public void Forget()
    {
        lock (_gate)
        {
            _reading = null;
        }
    }

    /// <summary>Forgets them if they are still these: the cluster's key was replaced.</summary>
    public void Forget(ConsumerCredentials doubted)
    {
        lock (_gate)
        {
            if (_reading is { IsCompletedSuccessfully: true } read && read.Result.HasKeyOf(doubted))
            {
                _reading = null;
            }
        }
    }

    private async Task<ConsumerCredentials> ReadAsync(CancellationToken cancellationToken)
    {
        var keys = (Secret?)
            await consumer
                .Port.GetAsync(Kinds.Secret, consumer.LiqoNamespace, LiqoNames.KeysSecret, cancellationToken)
                .ConfigureAwait(false);
        if (keys?.Value(SecretKeys.PrivateKey) is not { } pem)
        {
            throw new LiqoInstallationException(
                consumer.Server,
                $"Liqo has not made its keys (Secret '{LiqoNames.KeysSecret}') yet",
                "Wait until Liqo's controller manager runs, then try again.",
                consumer.Version
            );
        }

        using var key = ClusterKey.Load(pem);
        return ConsumerCredentials.Make(key, consumer.Id);
    }
}
