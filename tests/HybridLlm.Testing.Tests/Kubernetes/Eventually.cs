namespace HybridLlm.Testing.Tests.Kubernetes;

/// <summary>Waits for what others bring about; the test's own time-out is the limit.</summary>
internal static class Eventually
{
    // A real garbage collector looks for new kinds every 30 s only.
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(RealKubernetes.Binaries is null ? 30 : 180);

    // Looking at everything there is takes a real server a while.
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(RealKubernetes.Binaries is null ? 20 : 500);

    public static Task TrueAsync(Func<bool> condition) => TrueAsync(() => Task.FromResult(condition()));

    public static async Task TrueAsync(Func<Task<bool>> condition)
    {
        using CancellationTokenSource limit = new(s_limit);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(
            limit.Token,
            TestContext.Current.CancellationToken
        );
        while (!await condition())
        {
            await Task.Delay(s_pause, stop.Token);
        }
    }
}
