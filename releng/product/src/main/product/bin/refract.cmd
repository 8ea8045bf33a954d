@echo off
rem Runs Refract from the folder into which it was unpacked.
setlocal
for %%I in ("%~dp0..") do set "HOME_DIR=%%~fI"

set "JAVA_EXE="
for %%J in ("%JAVA_HOME%") do call :try "%%~J"
for /d %%J in ("%ProgramFiles%\Eclipse Adoptium\*" "%ProgramFiles%\Java\*" "%ProgramFiles%\Microsoft\jdk*" "%USERPROFILE%\.jdks\*") do call :try "%%~J"
if not defined JAVA_EXE (
  echo refract: Java 25 or newer was not found; install a JDK 25 or set JAVA_HOME to one. 1>&2
  exit /b 2
)

set "TORCH=%PYTORCH_LIBRARY_PATH%"
if not defined TORCH set "TORCH=%HOME_DIR%\native\pytorch"
set "FLAVOR=%PYTORCH_FLAVOR%"
if not defined FLAVOR if exist "%TORCH%\flavor" set /p FLAVOR=<"%TORCH%\flavor"
if not defined FLAVOR set "FLAVOR=cpu"
set "DEMO=%REFRACT_DEMO%"
if not defined DEMO set "DEMO=%HOME_DIR%\demo"

"%JAVA_EXE%" -Xms48m --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow ^
  -Djava.awt.headless=true -Duser.language=en -Duser.country=US ^
  "-Djava.library.path=%HOME_DIR%\native\duckdb" ^
  "-Djava.util.logging.config.file=%HOME_DIR%\conf\logging.properties" ^
  "-DPYTORCH_LIBRARY_PATH=%TORCH%" "-DPYTORCH_FLAVOR=%FLAVOR%" -Dai.djl.offline=true -DOPT_OUT_TRACKING=true ^
  "-Drefract.home=%HOME_DIR%" "-Drefract.demo=%DEMO%" %REFRACT_JAVA_OPTIONS% ^
  -cp "%HOME_DIR%\lib\org.refract.launcher.jar;%HOME_DIR%\lib\org.apache.felix.framework.jar" ^
  org.refract.launcher.Main %*
exit /b %ERRORLEVEL%

:try
if defined JAVA_EXE exit /b
if not exist "%~1\bin\java.exe" exit /b
for /f "tokens=2 delims==" %%V in ('findstr /b JAVA_VERSION= "%~1\release" 2^>nul') do set "VERSION=%%~V"
for /f "delims=." %%M in ("%VERSION%") do if %%M geq 25 set "JAVA_EXE=%~1\bin\java.exe"
exit /b
