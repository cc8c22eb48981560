// What the scenario says outside Frontol, in letters that every console lets through: cscript //nologo check.js scenario.js
var stream = new ActiveXObject("Scripting.FileSystemObject").OpenTextFile(WScript.Arguments(0), 1), text = stream.ReadAll();
stream.Close();
eval(text);
WScript.Echo(escape(pgwCheck()));
