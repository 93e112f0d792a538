namespace HybridLlm.Nebula.Configuration.Rules;

/// <summary>Rules of <c>handshakes</c>: nebula lays out a wheel with a slot for every interval until it gives up.</summary>
internal static class HandshakeRules
{
    // The wheel of that many has 500,500 slots; their waits of 100 ms upwards add up to 14 hours.
    private const int MaxRetries = 1000;

    public static void Check(HandshakesConfig handshakes, ConfigFindings findings)
    {
        if (handshakes.TryInterval == TimeSpan.Zero)
        {
            findings.Error(
                "handshakes.try_interval",
                "config-handshakes",
                "Nebula divides by this interval and crashes.",
                "Give a time above 0; the default is 100ms."
            );
        }

        if (handshakes.Retries > MaxRetries)
        {
            findings.Error(
                "handshakes.retries",
                "config-handshakes",
                $"The waits of {handshakes.Retries} tries grow so long that nebula may not start.",
                $"Give {MaxRetries} at most; the default is 10."
            );
        }
    }
}
