using HybridLlm.Liqo.Clusters;

namespace HybridLlm.Liqo.InPod;

/// <summary>What a program in a pod does: for each line it is sent, it says which cluster it is in, or why it cannot.</summary>
public static class Program
{
    public static async Task Main()
    {
        try
        {
            using var connection = ClusterConnection.InCluster();
            while (await Console.In.ReadLineAsync() is not null)
            {
                Console.WriteLine(await AskAsync(connection));
            }
        }
        catch (KubeconfigException refusal)
        {
            Console.WriteLine(refusal.Message);
        }
    }

    private static async Task<string> AskAsync(ClusterConnection connection)
    {
        try
        {
            return (await LiqoCluster.ConnectAsync(connection)).Id;
        }
        catch (KubernetesCallException refusal)
        {
            return refusal.Kind.ToString();
        }
    }
}
