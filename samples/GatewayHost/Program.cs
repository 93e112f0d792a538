// The gateway alone, in front of Ollama servers you have, without a cloud. An answer goes on when its server is killed.
//   dotnet run --project samples/GatewayHost -- --urls http://127.0.0.1:11500 \
//     --Gateway:Backends:0=http://127.0.0.1:11434 --Gateway:Backends:1=http://127.0.0.1:11435
// Every option of HybridGatewayOptions can be given like this, or in appsettings.json, or as Gateway__NAME in the environment.
var builder = WebApplication.CreateBuilder(args);

// What it says of itself should not drown in a line for every request.
builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
builder.Services.AddHybridGateway();

var app = builder.Build();
if (app.Configuration.GetSection("Gateway:Backends").GetChildren().FirstOrDefault() is null)
{
    Console.Error.WriteLine("Name the Ollama servers: --Gateway:Backends:0=http://127.0.0.1:11434");
    return 2;
}

app.MapHybridGateway();
await app.RunAsync();
return 0;
